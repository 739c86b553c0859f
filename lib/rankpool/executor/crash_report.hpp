#pragma once

#include <array>
#include <csignal>

#include <rankpool/core/ids.hpp>
#include <rankpool/core/time.hpp>

namespace rankpool {

/// While it lives, a signal that ends this process (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) first writes one line:
/// which signal, on which rank and host, in which task. Then the handler that was there before goes on. At most one at
/// a time.
class CrashReport {
  public:
    explicit CrashReport(Rank rank);
    ~CrashReport();
    CrashReport(const CrashReport&) = delete;
    CrashReport& operator=(const CrashReport&) = delete;

    static constexpr std::array<int, 5> signals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
};

/// Says why, when rank 0 is told to end (SIGTERM): mpirun does that when another rank has died, and may say nothing
/// itself; batch systems do it at the walltime, after `time_is_over`. The status file tells it, too. Then the process
/// ends as it would have. Does nothing if the program handles the signal itself.
void report_termination(Instant time_is_over);
/// The pool has ended in order: what mpirun sends now, because another rank left with a non-zero exit code first, is no
/// news, and must not cut short what rank 0 has left to do.
void ignore_termination();

}  // namespace rankpool
