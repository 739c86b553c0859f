#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rankpool/core/time.hpp>
#include <rankpool/launch/environment.hpp>

namespace rankpool {

/// Asks a batch system: runs a command and gives what it prints; none if it fails. Handed in, so that tests answer with
/// what real ones have printed.
using Query = std::function<std::optional<std::string>(const std::vector<std::string>& command)>;

using WallClock = std::chrono::system_clock::time_point;

/// How long a job still has, as `squeue -h -o %L` prints it; none for "UNLIMITED" and the like.
std::optional<Duration> read_squeue_time_left(std::string_view output);

/// The same from `scontrol show job`, which some sites allow where squeue is slow: TimeLimit less RunTime.
std::optional<Duration> read_scontrol_time_left(std::string_view output);

/// The same from `qstat -f`: Walltime.Remaining (Torque), or stime and Resource_List.walltime (OpenPBS, PBS Pro; stime
/// is local time), or Resource_List.walltime less resources_used.walltime, which lags behind.
std::optional<Duration> read_qstat_time_left(std::string_view output, WallClock now);

/// How long the job that `environment` is of still has; none outside of jobs, without a limit, and if nobody tells.
///
/// RANKPOOL_TIME_LIMIT ("2h", a wish of whoever started the program) bounds what the rest says, which is, in this
/// order: RANKPOOL_TIME_LIMIT_S (seconds from now; job scripts set it where nothing else will tell), the end that Slurm
/// puts into the environment (SLURM_JOB_END_TIME, newer than 22.05), then what the batch system answers. Source:
/// squeue(1), scontrol(1), qstat(1B); recorded from Slurm 22.05 and OpenPBS 23.06.
std::optional<Duration> find_time_left(const Environment& environment, const Query& query, WallClock now);

/// Refuses a RANKPOOL_TIME_LIMIT that is no length of time.
/// @throws ConfigError
void require_sane_time_limit(const Environment& environment);

/// How long the job of this process still has. Takes as long as the batch system's answer, 10 s at most; to be asked by
/// one rank only, for the batch system's sake.
std::optional<Duration> current_time_left();

/// What a pool that has so much time left keeps of it for leaving in order.
Duration leaving_reserve(Duration left);

/// Runs a command and gives what it prints; none if it fails or takes longer than 10 s.
std::optional<std::string> answer_of(const std::vector<std::string>& command);

}  // namespace rankpool
