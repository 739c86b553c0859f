#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rankpool {

/// How the run of a program went, as its status file tells it.
enum class RunOutcome {
    running,    ///< not over; or it was killed so suddenly that nobody could say more
    succeeded,  ///< exit code 0
    failed,     ///< another exit code
    resumable,  ///< stopped at the walltime: the same command goes on with the rest
    signal,     ///< ended by a signal
};

/// Begins the status file of this run: outcome `running`, and who runs where. Does nothing for an empty path.
///
/// Job scripts believe it rather than mpirun, which returns 0 or 137 in some cases whatever the program says. It is
/// written anew at the end: by end_run_status(), or, if the program calls exit(), with that exit code. It always
/// appears as a whole (rename). Lines `name=value`: outcome, exit_code (once it is over and known), started_by_launcher
/// (`no` if a shell is between: then its exit code is the job's), program, host, pid, started_s, ended_s (seconds since
/// 1970), message.
///
/// Once in a process, by the rank that speaks for the run.
/// @param file                 its directory must be there; one who cannot write says so once and goes on
/// @param started_by_launcher  whether this process is what mpirun or srun was told to start
void begin_run_status(const std::string& file, bool started_by_launcher);

/// Writes how the run has ended. The first end that is told stays, unless the process then exits with another code. May
/// be called in signal handlers: it neither allocates nor locks. Does nothing before begin_run_status().
/// @param exit_code  negative: the launcher knows better
/// @param message    why, in one line; line ends become spaces
void end_run_status(RunOutcome outcome, int exit_code, std::string_view message = {});

/// What a status file says.
struct RunStatus {
    std::string outcome;
    std::optional<int> exit_code;  ///< none while it runs, and if the launcher knows better
    std::string message;
    friend bool operator==(const RunStatus&, const RunStatus&) = default;
};

/// Reads the text of a status file; what it does not know is left out.
RunStatus read_run_status(std::string_view text);

/// Whether the parent of this process is mpirun, srun or one of their daemons, and not, say, a shell.
bool is_started_by_launcher();

}  // namespace rankpool
