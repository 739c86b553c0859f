#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <rankpool/core/time.hpp>

namespace rankpool {

/// A program to be run, and how long it may.
struct ChildSpec {
    std::vector<std::string> arguments;  ///< the program first; looked up in PATH if it has no slash
    std::vector<std::string> environment;
    std::string directory;  ///< to start in; empty: where we are
    Duration time_limit = duration_max;
    Duration grace = std::chrono::seconds(5);  ///< between SIGTERM and SIGKILL
    /// Start it with SIGUSR1 ignored: srun hands a batch system's warning to every process of a job, and it would end
    /// programs that do not know it.
    bool ignores_usr1 = false;
    std::size_t capture_bytes_max = std::size_t{64} * 1024;  ///< of each of stdout and stderr
};

/// Why a program's run was cut short, if it was.
enum class Cut : std::uint8_t { none, time_limit, stop };

/// How a program's run went.
struct ChildEnd {
    std::string start_error;  ///< why it did not start; empty if it did
    int exit_code = -1;       ///< -1 if it did not start or was ended by a signal
    int signal = 0;           ///< that ended it; 0: none
    Cut cut = Cut::none;
    std::string out;
    std::string err;
    Duration wall{};
    Duration cpu{};                  ///< user and system, with the children it waited for
    std::int64_t memory_bytes = -1;  ///< the largest resident set; -1 if it was less than that of this process
};

/// Runs a program in a process group of its own, with an empty stdin, and waits for its end.
///
/// At the time limit, or when `stop_requested` says so (it is asked a few times a second), the whole group gets
/// SIGTERM, and SIGKILL after the grace. If the calling thread dies, the kernel kills the program. Costs little beyond
/// the program's own start: nothing of this process is copied (CLONE_VFORK), and its end is awaited through a pidfd.
ChildEnd run_child(const ChildSpec& spec, const std::function<bool()>& stop_requested);

/// Where PATH of `environment` finds a program; the name itself if it has a slash; empty if nothing is found.
std::string find_program(const std::string& name, const std::vector<std::string>& environment);

}  // namespace rankpool
