// Workers that join, drain and are lost.
#include <algorithm>

#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {
namespace {

Step step_of(LossReason reason) {
    switch (reason) {
        case LossReason::worker_died:
            return Step::worker_lost;
        case LossReason::node_lost:
            return Step::node_lost;
        case LossReason::left:
            return Step::worker_left;
    }
    return Step::worker_lost;
}

}  // namespace

void Scheduler::on(const WorkerJoined& event, Instant now, CommandSink& commands) {
    advance(now);
    RANKPOOL_EXPECT(event.worker.value < limits_.workers_max);
    RANKPOOL_EXPECT(!workers_.contains(event.worker) || workers_[event.worker].state == WorkerState::absent);
    RANKPOOL_EXPECT(event.slots > 0 && event.slots <= limits_.slots_max);
    for (const Need& need : event.resources) {
        RANKPOOL_EXPECT(need.resource.value < limits_.resources_max && need.amount <= amount_max);
    }
    workers_.join(event.worker, event.slots);
    if (event.node.is_valid()) {
        if (event.worker.value >= nodes_.size()) nodes_.resize(std::size_t{event.worker.value} + 1);
        nodes_[event.worker.value] = event.node;
    }
    stock_.join(event.worker, event.resources);
    count_able(event.worker, 1);
    offer(event.worker);
    place_ready_tasks(commands);
}

void Scheduler::on(const WorkerDraining& event, Instant now, CommandSink& commands) {
    advance(now);
    RANKPOOL_EXPECT(workers_.contains(event.worker));
    if (workers_[event.worker].state == WorkerState::draining) return;
    RANKPOOL_EXPECT(workers_[event.worker].state == WorkerState::active);
    count_able(event.worker, -1);
    workers_.drain(event.worker);
    while (!workers_[event.worker].queue.is_empty()) revoke(workers_[event.worker].queue.last, Step::drained, commands);
    place_ready_tasks(commands);
}

void Scheduler::on(const WorkerLost& event, Instant now, CommandSink& commands) {
    advance(now);
    RANKPOOL_EXPECT(workers_.contains(event.worker));
    const Worker& worker = workers_[event.worker];
    RANKPOOL_EXPECT(worker.state == WorkerState::active || worker.state == WorkerState::draining);

    if (event.reason == LossReason::worker_died) suspect_running_tasks(worker);
    lost_tasks_.clear();
    for (const TaskList* list : {&worker.queue, &worker.taken}) {
        for (TaskId id = list->first; id.is_valid(); id = tasks_[id].next) lost_tasks_.push_back(id);
    }
    // Latest submission first: each goes in front of the one before.
    std::sort(lost_tasks_.begin(), lost_tasks_.end(),
              [&](TaskId a, TaskId b) { return tasks_[a].order > tasks_[b].order; });
    if (worker.state == WorkerState::active) count_able(event.worker, -1);
    workers_.lose(event.worker);
    for (const TaskId id : lost_tasks_) {
        const bool is_cancel_pending = tasks_[id].is_cancel_pending;
        take_from_worker(id);
        if (is_wide(tasks_[id])) leave_members(id, TaskEnd::raised, commands);
        if (is_cancel_pending) {
            settle_unsuccessful(id, Settlement::cancelled, commands);
        } else {
            end_by_loss(id, event.reason, commands);
        }
    }
    if (!seats_.is_empty()) lose_seats(event.worker, event.reason, commands);
    stock_.lose(event.worker);
    requests_.open_pinned(event.worker);  // Those tasks will never run.
    if (requests_.has_pinned(event.worker)) {
        reconsider_put_off([&](const Task& task) {
            return requests_.has_queue(task.request) && requests_[task.request].pinned == event.worker;
        });
    }
    place_ready_tasks(commands);
}

void Scheduler::end_by_loss(TaskId id, LossReason reason, CommandSink& commands) {
    if (tasks_[id].losses >= limits_.losses_max) {
        settle_unsuccessful(id, Settlement::quarantined, commands);
    } else {
        ++counted_.lost_retries;
        try_again(id, step_of(reason));
    }
}

void Scheduler::suspect_running_tasks(const Worker& worker) {
    std::uint32_t slots = worker.slots;
    for (TaskId id = worker.taken.first; id.is_valid(); id = tasks_[id].next) {
        const bool is_running = tasks_[id].state == TaskState::running;
        if (is_running && slots > 0) --slots;
        if (is_running || tasks_[id].state == TaskState::suspended) ++tasks_[id].losses;
    }
    // No start is reported of a short task, nor of one that kills at once: the oldest of the queue had the other slots.
    for (TaskId id = worker.queue.first; id.is_valid() && slots > 0; id = tasks_[id].next, --slots) ++tasks_[id].losses;
}

}  // namespace rankpool::scheduler
