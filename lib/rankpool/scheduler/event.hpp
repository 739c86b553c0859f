#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include <rankpool/core/ids.hpp>
#include <rankpool/core/time.hpp>
#include <rankpool/scheduler/resource.hpp>

namespace rankpool::scheduler {

/// A worker can take tasks from now on. Workers are numbered by the caller, densely from 0, and never reused.
struct WorkerJoined {
    WorkerId worker;
    std::uint32_t slots = 1;               ///< tasks it runs at once
    std::span<const Need> resources = {};  ///< what it has (borrowed for the call)
    NodeId node = {};                      ///< where it is; none: on a node of its own
};

/// Everybody who is expected has joined: from now on a task that needs more than any worker has is not kept waiting.
struct PoolFormed {
    friend bool operator==(const PoolFormed&, const PoolFormed&) = default;
};

/// The pool has time until then (a moment of the clock of `now`), or for ever: Instant::max(). May be said again.
struct AllocationEnds {
    Instant instant = Instant::max();
    friend bool operator==(const AllocationEnds&, const AllocationEnds&) = default;
};

/// Nothing happened, but next_deadline() has come.
struct TimePassed {
    friend bool operator==(const TimePassed&, const TimePassed&) = default;
};

/// Bytes went from a worker to another.
struct DataMoved {
    std::uint64_t bytes = 0;
    Duration took{};
    friend bool operator==(const DataMoved&, const DataMoved&) = default;
};

/// A resource gets its name, for messages.
struct ResourceNamed {
    ResourceId resource;
    std::string_view name;
};

/// What some tasks need, said once for all of them. It does not change any more.
struct RequestDefined {
    RequestId request;                                     ///< the next number
    std::span<const std::span<const Need>> variants = {};  ///< the first that fits is taken (borrowed); none: a slot
    Duration time = {};       ///< not started with less time left; 0: judged by what tasks of the function took
    WorkerId pinned = {};     ///< the only worker that will do
    std::uint32_t ranks = 1;  ///< different workers that run it together, each with what it needs; 1 if it is pinned
};

/// A worker finishes what it holds and takes no more.
struct WorkerDraining {
    WorkerId worker;
    friend bool operator==(const WorkerDraining&, const WorkerDraining&) = default;
};

/// Why a worker is gone; decides whether the tasks it ran are suspects.
enum class LossReason : std::uint8_t {
    worker_died,  ///< it alone, so perhaps because of what it ran
    node_lost,    ///< with all others of its node
    left,         ///< asked to, or because its allocation ended
};

/// A worker left or stopped answering; its tasks need a new home.
struct WorkerLost {
    WorkerId worker;
    LossReason reason = LossReason::worker_died;
    friend bool operator==(const WorkerLost&, const WorkerLost&) = default;
};

/// A task to run once all its inputs have succeeded.
struct TaskSubmitted {
    TaskId task;                ///< dense, chosen by the caller, free again after SettleTask named it
    FunctionId function;        ///< tasks of one function are expected to take similar times
    std::int32_t priority = 0;  ///< higher first
    std::uint16_t level =
        0;  ///< nesting: 0 from the driver, 1 from a task, …; deeper first, so that waiting parents end soon
    std::uint16_t retries = 0;            ///< further attempts after an exception or its time limit
    std::span<const TaskId> inputs = {};  ///< tasks not settled yet (borrowed for the call; repeats are allowed)
    /// Where it is known: work on the longest way from this task to the last that needs it, in any unit. Longer ways go
    /// first among tasks of one priority and level, above 2,047 in steps of a thousandth.
    std::uint32_t path = 0;
    WorkerId near = {};            ///< who has most of what it needs, inputs not counted
    std::uint64_t near_bytes = 0;  ///< how much of it
    RequestId request = {};        ///< what it needs besides a slot
    bool is_speculative = false;   ///< a copy may be started elsewhere if it takes unusually long; the first end counts
};

/// A worker reports that a task runs (sent for tasks that run for some time, not for short ones).
struct TaskStarted {
    TaskId task;
    Execution execution;
    friend bool operator==(const TaskStarted&, const TaskStarted&) = default;
};

/// A running task waits for another task and does not occupy its slot meanwhile.
struct TaskSuspended {
    TaskId task;
    Execution execution;
    std::uint32_t member = 0;  ///< of a task over several workers: who reports; 0 is the leader
    friend bool operator==(const TaskSuspended&, const TaskSuspended&) = default;
};

/// A suspended task runs again.
struct TaskResumed {
    TaskId task;
    Execution execution;
    std::uint32_t member = 0;  ///< as above
    friend bool operator==(const TaskResumed&, const TaskResumed&) = default;
};

enum class TaskEnd : std::uint8_t {
    returned,
    raised,     ///< uses up a retry
    timed_out,  ///< stopped at its time limit; uses up a retry
    crashed,    ///< took the process that ran it down, but not the worker; counts as the loss of a worker
};

/// A task ran to its end.
struct TaskFinished {
    TaskId task;
    Execution execution;
    TaskEnd end = TaskEnd::returned;
    Duration busy{};                 ///< time it occupied a slot
    std::uint64_t result_bytes = 0;  ///< what its worker keeps of its result for those who need it
    std::uint32_t member = 0;        ///< as above
    friend bool operator==(const TaskFinished&, const TaskFinished&) = default;
};

/// A worker's answer to RevokeTask, or to StopTask: the task had not started and will not.
struct TaskReturned {
    TaskId task;
    Execution execution;
    std::uint32_t member = 0;  ///< as above
    friend bool operator==(const TaskReturned&, const TaskReturned&) = default;
};

/// A worker's answer to RevokeTask: too late, the task runs (or has just ended).
struct RevokeRefused {
    TaskId task;
    Execution execution;
    friend bool operator==(const RevokeRefused&, const RevokeRefused&) = default;
};

/// A user wants the task not to run. Answered by SettleTask{cancelled}, by RefuseCancel, or by another SettleTask.
struct CancelRequested {
    TaskId task;
    friend bool operator==(const CancelRequested&, const CancelRequested&) = default;
};

using Event = std::variant<WorkerJoined, WorkerDraining, WorkerLost, PoolFormed, AllocationEnds, TimePassed, DataMoved,
                           ResourceNamed, RequestDefined, TaskSubmitted, TaskStarted, TaskSuspended, TaskResumed,
                           TaskFinished, TaskReturned, RevokeRefused, CancelRequested>;

}  // namespace rankpool::scheduler
