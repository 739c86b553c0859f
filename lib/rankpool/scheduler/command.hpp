#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include <rankpool/core/ids.hpp>
#include <rankpool/scheduler/resource.hpp>

namespace rankpool::scheduler {

/// Send the task to the worker.
struct AssignTask {
    TaskId task;
    WorkerId worker;
    Execution execution;        ///< reports of this execution carry this number
    std::uint32_t attempt = 1;  ///< 1 for the first try of this task
    std::uint8_t variant = 0;   ///< which variant of its request it got
    std::uint32_t member = 0;   ///< of a task over several workers: which of them; 0 is the leader, who decides its end
    std::uint32_t members = 1;  ///< such commands come in a row, members counted up; all start together
    friend bool operator==(const AssignTask&, const AssignTask&) = default;
};

/// Ask the worker to give the task back if it has not started it.
struct RevokeTask {
    TaskId task;
    WorkerId worker;
    Execution execution;
    friend bool operator==(const RevokeTask&, const RevokeTask&) = default;
};

/// Nobody waits for the end of this execution any more: drop it if it has not started, stop it if you can. Its slot is
/// taken until the worker reports its end, or gives it back.
struct StopTask {
    TaskId task;  ///< perhaps settled, and its number in use again
    WorkerId worker;
    Execution execution;
    std::uint32_t member = 0;
    friend bool operator==(const StopTask&, const StopTask&) = default;
};

enum class Settlement : std::uint8_t {
    succeeded,
    failed,           ///< its last attempt raised or met its time limit
    cancelled,        ///< by request, before it started
    input_failed,     ///< never ran: the input `cause` failed
    input_cancelled,  ///< never ran: the input `cause` was cancelled
    infeasible,       ///< never ran: no worker has what it needs; explain(RequestId) says what is missing
    quarantined,      ///< took down Limits::losses_max workers, or processes of theirs
};

/// The task has its final state. Its number is free for a new task afterwards.
struct SettleTask {
    TaskId task;
    Settlement settlement = Settlement::succeeded;
    TaskId cause;  ///< for input_failed and input_cancelled: the input, settled earlier in the same command list
    friend bool operator==(const SettleTask&, const SettleTask&) = default;
};

/// The task that somebody wanted to cancel runs already; it goes on.
struct RefuseCancel {
    TaskId task;
    friend bool operator==(const RefuseCancel&, const RefuseCancel&) = default;
};

using Command = std::variant<AssignTask, RevokeTask, SettleTask, RefuseCancel, StopTask>;

/// Commands in the order in which they must be carried out.
using CommandSink = std::vector<Command>;

}  // namespace rankpool::scheduler
