#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <rankpool/core/time.hpp>
#include <rankpool/task/codec.hpp>
#include <rankpool/task/resources.hpp>

namespace rankpool::sweep {

/// How one attempt of a case ended.
enum class RunStatus : std::uint8_t {
    succeeded,    ///< exit code 0
    failed,       ///< another exit code
    killed,       ///< by a signal that was not ours
    timed_out,    ///< by us, after its time limit
    not_started,  ///< there is no such program, or it may not be run
    stopped,      ///< by us, because the sweep had to end; counts as not run
};

/// "succeeded", "timed out", …: as it is written to files.
const char* name_of(RunStatus status);
/// The inverse; throws ConfigError for other texts.
RunStatus status_named(const std::string& name);

/// A command as it is sent to a rank.
struct CommandRequest {
    std::vector<std::string> arguments;
    std::string run_dir;  ///< to be made before; empty: none
    Duration time_limit = duration_max;
    Duration grace{};
    std::uint64_t capture_bytes_max = 0;
    /// When it must have ended, in seconds since 1970, by the clocks of the day, which hosts share well enough; 0: at
    /// any time. Not started if commands on its rank took too long for that so far: it may have waited there.
    double end_by_s = 0;
    /// GPUs of its rank that it may use, as a part of one or as many; 0: nothing is said to it.
    double gpus = 0;
};

/// How much of `name` there is among resources; 0 if it is not.
double amount_of(const std::string& name, const Resources& resources);

/// What a rank tells about a command.
struct CommandReport {
    RunStatus status = RunStatus::not_started;
    std::int32_t exit_code = -1;  ///< as shells count: 128 + signal for a killed program; -1 if it did not start
    std::string cause;            ///< why it did not succeed, in a few words; empty if it did
    double started_s = 0;         ///< seconds since 1970, by the clock of the host
    Duration duration{};
    Duration cpu{};
    std::int64_t memory_bytes = -1;  ///< the largest resident set; -1 if it was less than that of rankpool itself
    std::string host;
    std::int32_t rank = 0;
    std::string out;
    std::string err;
};

/// Runs a command where it is called; the task of a sweep. It ends early when the task's future is asked to stop.
CommandReport run_command(const CommandRequest& request);

}  // namespace rankpool::sweep

template <>
struct rankpool::Codec<rankpool::sweep::CommandRequest> {
    static void write(ByteWriter& writer, const sweep::CommandRequest& request);
    static sweep::CommandRequest read(ByteReader& reader);
};
template <>
struct rankpool::Codec<rankpool::sweep::CommandReport> {
    static void write(ByteWriter& writer, const sweep::CommandReport& report);
    static sweep::CommandReport read(ByteReader& reader);
};
