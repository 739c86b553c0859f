#pragma once

#include <initializer_list>
#include <scheduler/command_text.hpp>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

inline constexpr WorkerId w0{0}, w1{1}, w2{2}, w3{3};
inline constexpr TaskId t0{0}, t1{1}, t2{2}, t3{3}, t4{4}, t5{5}, t6{6}, t7{7};
/// Functions nobody has measured yet.
inline constexpr FunctionId f0{0}, f1{1};
/// Requests that a test defines.
inline constexpr RequestId r0{0}, r1{1}, r2{2};
inline constexpr ResourceId gpu{0}, memory{1}, core{2};
inline constexpr Execution first{1}, second{2}, third{3};

// Events. Inputs live as long as the expression.
inline WorkerJoined worker_joined(WorkerId worker, std::uint32_t slots = 1, std::initializer_list<Need> has = {}) {
    return {.worker = worker, .slots = slots, .resources = {has.begin(), has.size()}};
}
inline WorkerDraining worker_draining(WorkerId worker) { return {worker}; }
inline WorkerLost worker_lost(WorkerId worker, LossReason reason = LossReason::worker_died) { return {worker, reason}; }
inline TaskSubmitted task_submitted(TaskId task, std::initializer_list<TaskId> inputs = {}) {
    return {.task = task, .function = f0, .inputs = {inputs.begin(), inputs.size()}};
}
inline TaskSubmitted with_priority(std::int32_t priority, TaskSubmitted event) {
    return event.priority = priority, event;
}
inline TaskSubmitted with_level(std::uint16_t level, TaskSubmitted event) { return event.level = level, event; }
inline TaskSubmitted with_path(std::uint32_t path, TaskSubmitted event) { return event.path = path, event; }
inline TaskSubmitted with_retries(std::uint16_t retries, TaskSubmitted event) { return event.retries = retries, event; }
inline TaskSubmitted with_function(FunctionId function, TaskSubmitted event) {
    return event.function = function, event;
}
inline TaskSubmitted near(WorkerId worker, std::uint64_t bytes, TaskSubmitted event) {
    event.near = worker;
    return event.near_bytes = bytes, event;
}
inline TaskSubmitted speculative(TaskSubmitted event) { return event.is_speculative = true, event; }
inline TaskSubmitted with_request(RequestId request, TaskSubmitted event) { return event.request = request, event; }
inline TaskStarted started(TaskId task, Execution execution = first) { return {task, execution}; }
inline TaskSuspended suspended(TaskId task, Execution execution = first) { return {task, execution}; }
inline TaskResumed resumed(TaskId task, Execution execution = first) { return {task, execution}; }
inline TaskFinished returned(TaskId task, Execution execution = first, Duration busy = std::chrono::microseconds(100)) {
    return {task, execution, TaskEnd::returned, busy};
}
/// Returned a result of so many bytes.
inline TaskFinished made(std::uint64_t bytes, TaskId task, Execution execution = first) {
    return {task, execution, TaskEnd::returned, std::chrono::microseconds(100), bytes};
}
inline TaskFinished raised(TaskId task, Execution execution = first) {
    return {task, execution, TaskEnd::raised, std::chrono::microseconds(100)};
}
inline TaskFinished ended(TaskId task, TaskEnd end, Execution execution = first) {
    return {task, execution, end, std::chrono::microseconds(100)};
}
/// A member of a task over several workers has come to its end.
inline TaskFinished member_ended(std::uint32_t member, TaskId task, TaskEnd end = TaskEnd::returned,
                                 Execution execution = first) {
    return {task, execution, end, std::chrono::microseconds(100), 0, member};
}
inline TaskSuspended member_suspended(std::uint32_t member, TaskId task, Execution execution = first) {
    return {task, execution, member};
}
inline TaskResumed member_resumed(std::uint32_t member, TaskId task, Execution execution = first) {
    return {task, execution, member};
}
inline TaskReturned member_gave_back(std::uint32_t member, TaskId task, Execution execution = first) {
    return {task, execution, member};
}
inline WorkerJoined on_node(std::uint32_t node, WorkerJoined event) { return event.node = NodeId{node}, event; }
inline TaskReturned gave_back(TaskId task, Execution execution = first) { return {task, execution}; }
inline RevokeRefused kept(TaskId task, Execution execution = first) { return {task, execution}; }
inline CancelRequested cancel(TaskId task) { return {task}; }

// Commands.
template <class... Each>
CommandSink commands(const Each&... each) {
    return {Command{each}...};
}
inline CommandSink no_commands() { return {}; }
inline AssignTask assign(TaskId task, WorkerId worker, Execution execution = first, std::uint32_t attempt = 1,
                         std::uint8_t variant = 0) {
    return {task, worker, execution, attempt, variant, 0, 1};
}
inline RevokeTask revoke(TaskId task, WorkerId worker, Execution execution = first) {
    return {task, worker, execution};
}
inline SettleTask settle(TaskId task, Settlement settlement = Settlement::succeeded, TaskId cause = {}) {
    return {task, settlement, cause};
}
/// All commands that start a task over several workers.
inline CommandSink assign_members(TaskId task, std::initializer_list<WorkerId> workers, Execution execution = first,
                                  std::uint32_t attempt = 1) {
    CommandSink commands;
    std::uint32_t member = 0;
    for (const WorkerId worker : workers) {
        commands.emplace_back(
            AssignTask{task, worker, execution, attempt, 0, member++, static_cast<std::uint32_t>(workers.size())});
    }
    return commands;
}
inline StopTask stop(TaskId task, WorkerId worker, Execution execution = first, std::uint32_t member = 0) {
    return {task, worker, execution, member};
}
inline RefuseCancel refuse_cancel(TaskId task) { return {task}; }

/// Workers get all their limits allow, however little there is to share out.
inline Limits eager() {
    Limits limits;
    limits.round_trip = limits.queued_work;
    return limits;
}

/// A scheduler that checks its rules after every event.
class SchedulerHarness {
  public:
    explicit SchedulerHarness(Limits limits = {}) : scheduler_(limits) {}

    void given(std::initializer_list<Event> events) {
        for (const Event& event : events) when(event);
    }
    /// Lets time pass; the scheduler hears of it with the next event.
    void wait(Duration duration) { now_ += duration; }
    CommandSink when(const Event& event) {
        CommandSink commands;
        scheduler_.handle(event, now_, commands);
        scheduler_.check_invariants();
        return commands;
    }
    /// The measured duration of a function, well known; run with a task and a worker that are not used otherwise.
    void given_duration(FunctionId function, Duration busy) {
        const WorkerId worker{next_worker_++};
        const TaskId task{1000};
        when(worker_joined(worker));
        for (int i = 0; i < 2000; ++i) {
            CommandSink commands;
            scheduler_.on(with_function(function, task_submitted(task)), now_, commands);
            const Execution execution = std::get<AssignTask>(commands.at(0)).execution;
            scheduler_.on(returned(task, execution, busy), now_, commands);
        }
        when(worker_lost(worker));
    }
    /// Defines the next request: so many workers together.
    void given_wide_request(std::uint32_t ranks) {
        when(RequestDefined{.request = RequestId{requests_++}, .ranks = ranks});
    }
    /// Defines the next request: any of the variants will do, on a certain worker if one is named.
    void given_request(std::initializer_list<std::initializer_list<Need>> variants, WorkerId pinned = {},
                       Duration time = {}) {
        std::vector<std::span<const Need>> each;
        for (const auto& variant : variants) each.emplace_back(variant.begin(), variant.size());
        when(RequestDefined{.request = RequestId{requests_++}, .variants = each, .time = time, .pinned = pinned});
    }
    Scheduler& operator*() { return scheduler_; }
    Scheduler* operator->() { return &scheduler_; }

  private:
    Scheduler scheduler_;
    Instant now_{};
    std::uint32_t next_worker_ = 100;
    std::uint32_t requests_ = 0;
};

}  // namespace rankpool::scheduler
