// What happens on workers.
#include <simulation/cluster.hpp>

namespace rankpool::simulation {

using namespace scheduler;

void VirtualCluster::on(const AssignArrives& event) {
    Seat& at = seat(event.command.worker);
    if (!at.is_alive) return;
    const TaskPlan plan = driver_.plan(event.number);
    at.worker.hold({.task = event.command.task,
                    .execution = event.command.execution,
                    .number = event.number,
                    .attempt = event.command.attempt,
                    .member = event.command.member,
                    .busy = plan.busy * at.slowness,
                    .priority = plan.priority,
                    .level = driver_.level(event.number),
                    .children = plan.children,
                    .is_raising = event.command.member == 0 && event.command.attempt <= plan.raises});
    go_on(event.command.worker);
}

void VirtualCluster::on(const RevokeArrives& event) {
    const RevokeTask& asked = event.command;
    if (!seat(asked.worker).is_alive) return;
    if (seat(asked.worker).worker.give_back(asked.task, asked.execution)) {
        report(asked.worker, TaskReturned{asked.task, asked.execution});
    } else {
        report(asked.worker, RevokeRefused{asked.task, asked.execution});
    }
    go_on(asked.worker);
}

void VirtualCluster::on(const StopArrives& event) {
    const auto& [task, worker, execution, member] = event.command;
    Seat& at = seat(worker);
    if (!at.is_alive) return;
    if (at.worker.give_back(task, execution)) {
        report(worker, TaskReturned{task, execution});
    } else if (const HeldTask* const held = at.worker.find_running(task, execution)) {
        if (watcher_ != nullptr && member == 0) watcher_->stopped(held->number, worker, now_);
        if (watcher_ != nullptr && member != 0) watcher_->member_ended(held->number, worker, now_);
        report(worker, TaskFinished{task, execution, TaskEnd::raised, Duration{}, 0, member});
        at.worker.finish(task, execution);
    }
    go_on(worker);
}

void VirtualCluster::on(const WakeArrives& event) {
    if (!seat(event.worker).is_alive) return;
    seat(event.worker).worker.wake(event.task, event.execution);
    go_on(event.worker);
}

void VirtualCluster::on(const DrainArrives& event) {
    if (!seat(event.worker).is_alive) return;
    seat(event.worker).is_leaving = true;
    go_on(event.worker);
}

void VirtualCluster::on(const PhaseEnds& event) {
    Seat& at = seat(event.worker);
    HeldTask* const task = at.worker.find_running(event.task, event.execution);
    if (task == nullptr) return;  // The worker died.
    if (task->children > 0) {
        wait_for_children(event.worker, *task);
    } else {
        const TaskEnd end = task->is_raising ? TaskEnd::raised : TaskEnd::returned;
        if (watcher_ != nullptr && task->member == 0) watcher_->ended(task->number, event.worker, end, now_);
        if (watcher_ != nullptr && task->member != 0) watcher_->member_ended(task->number, event.worker, now_);
        report(event.worker, TaskFinished{event.task, event.execution, end, task->busy, 0, task->member});
        at.worker.finish(event.task, event.execution);
    }
    go_on(event.worker);
}

void VirtualCluster::wait_for_children(WorkerId id, HeldTask& task) {
    send_from(id, ChildrenArrive{{.worker = id,
                                  .parent = task.task,
                                  .execution = task.execution,
                                  .level = static_cast<std::uint16_t>(task.level + 1),
                                  .open = task.children}});
    report(id, TaskSuspended{task.task, task.execution});
    if (watcher_ != nullptr) watcher_->suspended(task.number, id, now_);
    task.children = 0;
    task.has_waited = true;
    seat(id).worker.suspend(task.task, task.execution);
}

void VirtualCluster::on(const RunsLong& event) {
    if (seat(event.worker).worker.find_running(event.task, event.execution) == nullptr) return;
    report(event.worker, TaskStarted{event.task, event.execution});
}

void VirtualCluster::go_on(WorkerId id) {
    Seat& at = seat(id);
    while (HeldTask* const task = at.worker.start_next()) {
        // Those with children do half of their work before they wait, and half of it afterwards.
        const Duration phase = task->has_waited || task->children > 0 ? task->busy / 2 : task->busy;
        if (task->has_waited) {
            report(id, TaskResumed{task->task, task->execution});
            if (watcher_ != nullptr) watcher_->resumed(task->number, id, now_);
        } else if (watcher_ != nullptr && task->member != 0) {
            watcher_->member_started(task->number, id, now_);
        } else if (watcher_ != nullptr) {
            watcher_->started(task->number, id, task->attempt, now_);
        }
        queue_.push(now_ + phase, PhaseEnds{id, task->task, task->execution});
        if (!task->has_waited && task->member == 0 && phase > options_.announce_after) {
            queue_.push(now_ + options_.announce_after, RunsLong{id, task->task, task->execution});
        }
    }
    if (!at.is_leaving || !at.worker.is_empty()) return;
    at.is_leaving = at.is_alive = false;
    send_from(id, LossIsNoticed{id, LossReason::left});
}

}  // namespace rankpool::simulation
