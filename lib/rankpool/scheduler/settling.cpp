#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {
namespace {

Step step_of(Settlement settlement) {
    switch (settlement) {
        case Settlement::succeeded:
            return Step::succeeded;
        case Settlement::failed:
            return Step::failed;
        case Settlement::cancelled:
            return Step::cancelled;
        case Settlement::input_failed:
            return Step::input_failed;
        case Settlement::input_cancelled:
            return Step::input_cancelled;
        case Settlement::infeasible:
            return Step::infeasible;
        case Settlement::quarantined:
            return Step::quarantined;
    }
    return Step::succeeded;
}

}  // namespace

void Scheduler::succeed(TaskId id, Place result, CommandSink& commands) {
    settle(id, Settlement::succeeded, TaskId{}, commands);
    edges_.release(tasks_[id], tasks_, [&](TaskId dependent) {
        Task& task = tasks_[dependent];
        if (result.bytes != 0) task.set_near(with_input(task.near(), result));
        if (--task.inputs_or_worker != 0) return;
        make_ready(dependent);
        history_.note(dependent, Step::inputs_ready, id.value, task.execution);
    });
}

void Scheduler::settle_unsuccessful(TaskId id, Settlement settlement, CommandSink& commands) {
    const bool is_failure = settlement != Settlement::cancelled;
    const Settlement of_dependents = is_failure ? Settlement::input_failed : Settlement::input_cancelled;
    settle(id, settlement, TaskId{}, commands);
    settle_dependents(id, of_dependents, commands);
    // Breadth first and without recursion: a chain of a million tasks is settled like any other.
    while (!settling_.is_empty()) {
        const TaskId next = settling_.first;
        settling_.remove(tasks_, next);
        settle_dependents(next, of_dependents, commands);
    }
    edges_.sweep(tasks_);
}

void Scheduler::settle_dependents(TaskId id, Settlement settlement, CommandSink& commands) {
    edges_.release(tasks_[id], tasks_, [&](TaskId dependent) {
        --tasks_[dependent].inputs_or_worker;
        settle(dependent, settlement, id, commands);
        settling_.push_back(tasks_, dependent);
    });
}

void Scheduler::settle(TaskId id, Settlement settlement, TaskId cause, CommandSink& commands) {
    Task& task = tasks_[id];
    if (task.has_rival) stop_rival(id, commands);
    if (task.state == TaskState::waiting) {
        edges_.bury(task.open_inputs());
        TaskTable::begin_execution(task);  // Now these edges are recognised as dead.
    }
    tasks_.set_state(task, TaskState::vacant);
    task.is_cancel_pending = false;
    ++counted_.settled[static_cast<std::size_t>(settlement)];
    history_.note(id, step_of(settlement), cause.value, task.execution);
    commands.emplace_back(SettleTask{id, settlement, cause});
}

}  // namespace rankpool::scheduler
