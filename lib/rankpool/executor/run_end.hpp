#pragma once

#include <string>

#include <rankpool/launch/run_status.hpp>

namespace rankpool::detail {

/// Stopped at the walltime, can be resumed: EX_TEMPFAIL of sysexits.h, "invited to retry".
constexpr int resumable_exit_code = 75;

/// How a program's run ends.
struct RunEnd {
    RunOutcome outcome = RunOutcome::succeeded;
    int exit_code = 0;
    std::string message;

    /// Of a driver that returned so.
    static RunEnd by_code(int exit_code);
    /// Of a driver that threw; called in a catch block.
    static RunEnd by_exception();

    void write() const { end_run_status(outcome, exit_code, message); }
};

}  // namespace rankpool::detail
