#pragma once

#include <string>
#include <sys/types.h>

namespace rankpool {

/// Ends what programs started by this process leave running when it dies without a chance to do so itself, as by
/// SIGKILL: their own children too, whatever sessions and groups these have made for themselves.
///
/// A mark in the environment of this process, which programs started from now on inherit, and their children too. A
/// helper process in a session of its own waits for the death of this one, and then kills all processes of this user
/// that carry the mark. Who clears the environment (`env -i`, sudo) escapes; so does everybody if the helper is killed,
/// too. If this process ends in order, nothing is killed: what programs leave running then is theirs.
///
/// To be made before there are threads, and before MPI is up: the helper is a fork.
class ChildGuard {
  public:
    static constexpr const char* variable = "RANKPOOL_CHILD_OF";

    ChildGuard();
    ~ChildGuard();
    ChildGuard(const ChildGuard&) = delete;
    ChildGuard& operator=(const ChildGuard&) = delete;

    /// By which processes are recognised.
    const std::string& mark() const { return mark_; }

  private:
    std::string mark_;
    int pipe_ = -1;  // Its end tells the helper of ours.
    pid_t helper_ = -1;
};

/// Kills all processes, but this one, with `mark` in the value of ChildGuard::variable; returns how many there were.
int kill_marked(const std::string& mark);

}  // namespace rankpool
