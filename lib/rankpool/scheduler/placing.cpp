#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

void Scheduler::place_ready_tasks(CommandSink& commands) {
    while (!ready_.is_empty()) {
        const TaskId id = ready_.front();
        const WorkerId worker = workers_.least_loaded();
        if (!worker.is_valid() || !prefill_.has_room(workers_[worker], tasks_[id].function)) return;
        ready_.remove(tasks_, id);
        assign(id, worker, commands);
    }
    take_back_for_idle_workers(commands);
}

void Scheduler::assign(TaskId id, WorkerId worker, CommandSink& commands) {
    Task& task = tasks_[id];
    TaskTable::begin_execution(task);
    task.expected_ns = prefill_.expected_ns(task.function);
    task.is_worth_moving = prefill_.is_worth_moving(task.function);
    edges_.fetch_edges(task);
    workers_.give(tasks_, id, worker);
    ++counted_.executions;
    history_.note(id, Step::assigned, worker.value, task.execution);
    commands.emplace_back(AssignTask{id, worker, task.execution, task.attempt});
}

void Scheduler::take_back_for_idle_workers(CommandSink& commands) {
    // One task for every free slot, those on their way included.
    while (workers_.free_slots() > workers_.returning()) {
        const WorkerId from = workers_.most_surplus();
        if (!from.is_valid()) return;
        // The newest: the worker is farthest from starting it. There is one worth moving, or it would not have surplus.
        TaskId id = workers_[from].queue.last;
        while (!tasks_[id].is_worth_moving) id = tasks_[id].previous;
        revoke(id, Step::asked_back, commands);
    }
}

void Scheduler::revoke(TaskId id, Step reason, CommandSink& commands) {
    const Task& task = tasks_[id];
    workers_.shift(tasks_, id, TaskState::revoking);
    ++counted_.revokes;
    history_.note(id, reason, task.worker().value, task.execution);
    commands.emplace_back(RevokeTask{id, task.worker(), task.execution});
}

}  // namespace rankpool::scheduler
