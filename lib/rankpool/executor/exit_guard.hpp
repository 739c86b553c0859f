#pragma once

#include <rankpool/core/ids.hpp>

namespace rankpool {

class Worker;

/// Makes the end of a rank that calls exit() inside a task visible: one message with task, rank and host, and an
/// orderly end of the other ranks instead of a hang. At most one at a time.
class ExitGuard {
  public:
    /// Without a worker, exit() is reported in tasks only: the driver may call it.
    ExitGuard(const Worker* worker, Rank rank);
    ~ExitGuard();
    ExitGuard(const ExitGuard&) = delete;
    ExitGuard& operator=(const ExitGuard&) = delete;
};

}  // namespace rankpool
