#pragma once

namespace rankpool::apps {

/// What the program's exit codes mean; job scripts rely on them.
enum ExitCode : int {
    exit_success = 0,
    exit_failure = 1,        ///< the command could not do what it was asked for
    exit_usage = 2,          ///< the command line, or the way the program was started, cannot work
    exit_resumable = 75,     ///< stopped at the walltime, or told to end; the same command goes on with the rest.
                             ///< EX_TEMPFAIL of sysexits.h: "invited to retry".
    exit_interrupted = 130,  ///< by Ctrl-C, as shells count
};

}  // namespace rankpool::apps
