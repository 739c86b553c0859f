// Every rule of docs/scheduler_states.md, checked from scratch.
#include <algorithm>

#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

void Scheduler::check_invariants() const {
    ready_.check_invariants(tasks_);
    workers_.check_invariants(tasks_);
    requests_.check_invariants(tasks_);
    check_stock();
    check_requests();
    check_seats();

    Counters found;
    std::uint64_t edges = 0, dead_edges = 0, open_inputs = 0, held = 0, put_off = 0;
    for (TaskId id{0}; id.value < tasks_.size(); ++id.value) {
        const Task& task = tasks_[id];
        edges_.look_at(task, tasks_, [&](const EdgePool::Edge&, bool is_live) { ++(is_live ? edges : dead_edges); });
        // Rule: a settled task has no dependents left.
        RANKPOOL_ENSURE(task.state != TaskState::vacant || task.last_edge == Task::no_edge);
        // Rule: only a task that is asked back can have a pending cancel; all others are answered at once.
        RANKPOOL_ENSURE(!task.is_cancel_pending || task.state == TaskState::revoking);
        if (task.state == TaskState::waiting) {
            // Rule: a waiting task has an open input.
            RANKPOOL_ENSURE(task.open_inputs() > 0);
            open_inputs += task.open_inputs();
            ++found.waiting;
        }
        if (task.state == TaskState::ready) ++found.ready;
        // Rule: what is put off is ready, and would end late.
        RANKPOOL_ENSURE(!task.is_put_off || task.state == TaskState::ready);
        put_off += task.is_put_off ? 1 : 0;
        if (is_held(task.state)) {
            // Rule: a held task is held by a worker that is there.
            RANKPOOL_ENSURE(workers_.contains(task.worker()));
            const WorkerState worker = workers_[task.worker()].state;
            RANKPOOL_ENSURE(worker == WorkerState::active || worker == WorkerState::draining);
            ++held;
        }
    }
    const Counters now = counters();
    // Rule: every open input of a waiting task is one live edge.
    RANKPOOL_ENSURE(edges == open_inputs);
    RANKPOOL_ENSURE(dead_edges == edges_.dead() && edges + dead_edges == edges_.used());
    // Rule: a task is in the one collection of its state, and counted there.
    RANKPOOL_ENSURE(found.waiting == now.waiting);
    RANKPOOL_ENSURE(found.ready == now.ready &&
                    found.ready == ready_.count() + requests_.ready_count() + put_off_count_);
    RANKPOOL_ENSURE(held == now.assigned + now.revoking + now.running + now.suspended);
    RANKPOOL_ENSURE(put_off == put_off_count_);
    RANKPOOL_ENSURE(put_off == 0 || end_ != Instant::max());
    // Rule: every task is settled once.
    std::uint64_t settled = 0;
    for (const std::uint64_t count : now.settled) settled += count;
    RANKPOOL_ENSURE(now.submitted == settled + now.waiting + now.ready + held);
    RANKPOOL_ENSURE(settling_.is_empty());
    // Rule: what a worker may not have started is bounded, however many of its tasks are suspended or resumed.
    for (WorkerId id{0}; id.value < workers_.size(); ++id.value) {
        const Worker& worker = workers_[id];
        std::uint64_t not_started =
            worker.revoking;  // Seats are not counted: they have started, but for what is being stopped.
        for (TaskId task = worker.queue.first; task.is_valid(); task = tasks_[task].next) ++not_started;
        RANKPOOL_ENSURE(not_started <=
                        std::uint64_t{worker.slots} + std::max(limits_.ahead_max, limits_.ahead_unmeasured));
    }
    // Rule: no slot is free while a plain task is ready.
    RANKPOOL_ENSURE(ready_.is_empty() || workers_.free_slots() == 0);
    // Rule: a free slot without a task on its way to it means that nobody has a task to spare. (Or no time for it.)
    RANKPOOL_ENSURE(end_ != Instant::max() || workers_.free_slots() <= workers_.returning() || !workers_.has_surplus());
}

}  // namespace rankpool::scheduler
