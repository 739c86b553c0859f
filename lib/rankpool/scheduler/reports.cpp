// What workers report about the tasks they hold, and the users' wish to cancel.
#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

void Scheduler::on(const TaskStarted& event, Instant now, CommandSink& commands) {
    advance(now);
    if (!is_current(event.task, event.execution)) return;
    const Task& task = tasks_[event.task];
    if (task.state != TaskState::assigned && task.state != TaskState::revoking) return;
    workers_.shift(tasks_, event.task, TaskState::running);
    history_.note(event.task, Step::started, task.worker().value, task.execution);
    watch(event.task);
    refuse_cancel(event.task, commands);
    place_ready_tasks(commands);
}

void Scheduler::on(const TaskSuspended& event, Instant now, CommandSink& commands) {
    advance(now);
    if (!seats_.is_empty() && suspend_seat({event.task, event.execution, event.member}, true)) {
        return place_ready_tasks(commands);
    }
    if (!is_current(event.task, event.execution, event.member)) return;
    const Task& task = tasks_[event.task];
    if (task.state == TaskState::suspended) return;
    workers_.shift(tasks_, event.task, TaskState::suspended);
    if (task.is_speculative) stragglers_.remove(event.task);
    offer(task.worker());
    history_.note(event.task, Step::suspended, task.worker().value, task.execution);
    refuse_cancel(event.task, commands);
    place_ready_tasks(commands);
}

void Scheduler::on(const TaskResumed& event, Instant now, CommandSink& commands) {
    advance(now);
    if (!seats_.is_empty() && suspend_seat({event.task, event.execution, event.member}, false)) {
        return place_ready_tasks(commands);
    }
    if (!is_current(event.task, event.execution, event.member)) return;
    const Task& task = tasks_[event.task];
    if (task.state == TaskState::running) return;
    if (task.state != TaskState::suspended) refuse(event.task, "resumed although it was not suspended");
    workers_.shift(tasks_, event.task, TaskState::running);
    history_.note(event.task, Step::resumed, task.worker().value, task.execution);
    watch(event.task);
    place_ready_tasks(commands);
}

void Scheduler::on(const TaskFinished& event, Instant now, CommandSink& commands) {
    advance(now);
    if (!seats_.is_empty() && on_seat(event, commands)) return place_ready_tasks(commands);
    if (!is_current(event.task, event.execution, event.member)) return;
    const Task& task = tasks_[event.task];
    const bool is_cancel_pending = task.is_cancel_pending;
    const WorkerId worker = task.worker();
    edges_.fetch_dependents(task, tasks_);
    take_from_worker(event.task);
    if (!seats_.is_empty()) {
        if (task.has_rival) stop_rival(event.task, commands);
        if (is_wide(task)) leave_members(event.task, event.end, commands);
    }
    if (event.end == TaskEnd::returned) {
        prefill_.learn(task.function, event.busy);
        succeed(event.task, {worker, event.result_bytes}, commands);
    } else {
        end_badly(event.task, event.end, is_cancel_pending, commands);
    }
    place_ready_tasks(commands);
}

void Scheduler::end_badly(TaskId id, TaskEnd end, bool is_cancel_pending, CommandSink& commands) {
    Task& task = tasks_[id];
    const bool is_crash = end == TaskEnd::crashed;
    const bool is_last = is_crash ? ++task.losses >= limits_.losses_max : task.retries == 0;
    if (is_last) {
        settle_unsuccessful(id, is_crash ? Settlement::quarantined : Settlement::failed, commands);
    } else if (is_cancel_pending) {
        settle_unsuccessful(id, Settlement::cancelled, commands);
    } else if (is_crash) {
        ++counted_.lost_retries;
        try_again(id, Step::crashed);
    } else {
        --task.retries;
        ++counted_.retries;
        try_again(id, end == TaskEnd::raised ? Step::raised : Step::timed_out);
    }
}

void Scheduler::on(const TaskReturned& event, Instant now, CommandSink& commands) {
    advance(now);
    if (!seats_.is_empty()) {
        const SeatTable::Key key{event.task, event.execution, event.member};
        const Seat* const seat = seats_.find(key);
        if (seat != nullptr && seat->kind != Seat::Kind::ending) refuse(event.task, "given back by who runs it");
        if (seat != nullptr) {  // It was not wanted any more.
            leave_seat(key);
            return place_ready_tasks(commands);
        }
    }
    if (!is_current(event.task, event.execution, event.member)) return;
    const Task& task = tasks_[event.task];
    if (task.state != TaskState::revoking) refuse(event.task, "given back although nobody asks for it");
    const bool is_cancel_pending = task.is_cancel_pending;
    take_from_worker(event.task);
    history_.note(event.task, Step::came_back, task.worker().value, task.execution);
    if (is_cancel_pending) {
        settle_unsuccessful(event.task, Settlement::cancelled, commands);
    } else {
        ++counted_.stolen_back;
        make_ready_again(event.task);
    }
    place_ready_tasks(commands);
}

void Scheduler::on(const RevokeRefused& event, Instant now, CommandSink& commands) {
    advance(now);
    if (!is_current(event.task, event.execution)) return;
    const Task& task = tasks_[event.task];
    if (task.state == TaskState::assigned) refuse(event.task, "kept by its worker although nobody asks for it");
    if (task.state != TaskState::revoking) return;  // A report that it started came first.
    workers_.shift(tasks_, event.task, TaskState::running);
    history_.note(event.task, Step::not_given_back, task.worker().value, task.execution);
    watch(event.task);
    refuse_cancel(event.task, commands);
    place_ready_tasks(commands);
}

void Scheduler::on(const CancelRequested& event, Instant now, CommandSink& commands) {
    advance(now);
    const TaskState state = state_of(event.task);
    if (state != TaskState::vacant && tasks_[event.task].has_rival) {  // An earlier execution of it runs.
        tasks_[event.task].is_cancel_pending = true;
        refuse_cancel(event.task, commands);
        return;
    }
    switch (state) {
        case TaskState::vacant:
            refuse(event.task, "to be cancelled although there is no such task");
        case TaskState::ready:
            take_from_ready(event.task);
            [[fallthrough]];
        case TaskState::waiting:
            settle_unsuccessful(event.task, Settlement::cancelled, commands);
            break;
        case TaskState::assigned:
            revoke(event.task, Step::cancel_asked, commands);
            workers_.mark_cancel(tasks_[event.task]);
            break;
        case TaskState::revoking:
            if (!tasks_[event.task].is_cancel_pending) workers_.mark_cancel(tasks_[event.task]);
            break;
        case TaskState::running:
        case TaskState::suspended:
            tasks_[event.task].is_cancel_pending = true;
            refuse_cancel(event.task, commands);
            break;
    }
    place_ready_tasks(commands);
}

bool Scheduler::is_current(TaskId id, Execution execution, std::uint32_t member) {
    if (!tasks_.contains(id)) refuse(id, "reported although there never was such a task");
    const Task& task = tasks_[id];
    // What a member says after its end is late.
    if (task.execution == execution && is_held(task.state) && member == 0) return true;
    if (is_later(execution, task.execution)) {
        refuse(id, "reported for execution " + std::to_string(execution.value) + ", which has not begun");
    }
    ++counted_.late_reports;
    return false;
}

void Scheduler::refuse_cancel(TaskId id, CommandSink& commands) {
    Task& task = tasks_[id];
    if (!task.is_cancel_pending) return;
    task.is_cancel_pending = false;
    history_.note(id, Step::cancel_refused, task.worker().value, task.execution);
    commands.emplace_back(RefuseCancel{id});
}

void Scheduler::try_again(TaskId id, Step reason) {
    Task& task = tasks_[id];
    history_.note(id, reason, task.worker().value, task.execution);
    TaskTable::begin_attempt(task);
    make_ready_again(id);
}

}  // namespace rankpool::scheduler
