// Tasks that wait for each other in a circle: found when the last of them begins to wait.
#include <string>

#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/task/registry.hpp>

namespace rankpool {

std::string Coordinator::begin_wait(std::uint32_t task, std::uint32_t execution, const Waitable& waitable) {
    const std::lock_guard lock(progress_.mutex());
    if (task >= tasks_.size() || tasks_[task].execution.value != execution || !tasks_[task].state) return {};
    // Of a task over several workers only the leader's waits count: that it cannot go on is told of the task.
    const WorkerId worker = tasks_[task].worker;
    if (!worker.is_valid() || !peers_[worker.value].is_local) return {};
    tasks_[task].waits_for.assign(waitable.awaited, waitable.awaited + waitable.awaited_count);
    return find_deadlock(TaskId{task});
}

void Coordinator::end_wait(std::uint32_t task, std::uint32_t execution) {
    std::vector<StateRef> last;  // Let go of without the lock.
    const std::lock_guard lock(progress_.mutex());
    if (task >= tasks_.size() || tasks_[task].execution.value != execution) return;
    const WorkerId worker = tasks_[task].worker;
    if (worker.is_valid() && peers_[worker.value].is_local) std::swap(last, tasks_[task].waits_for);
}

Obstacles Coordinator::obstacles_of(const TaskState& state) const {
    if (is_settled(state.status()) || !knows(state)) return {};  // Of another pool, or composed: it may end.
    const Task& task = tasks_[state.task.value];
    if (!task.waits_for.empty()) return {Obstacles::Rule::any_of, task.waits_for};
    if (task.worker.is_valid() || state.extras_if_any() == nullptr) return {};
    Obstacles inputs{Obstacles::Rule::all_of};
    for (const StateRef& input : state.extras_if_any()->inputs) {
        if (!is_settled(input->status())) inputs.states.push_back(input);
    }
    if (inputs.states.empty()) inputs.rule = Obstacles::Rule::none;
    return inputs;
}

std::string Coordinator::find_deadlock(TaskId waiting) const {
    // Mostly it waits for somebody who runs, or will.
    for (const StateRef& awaited : tasks_[waiting.value].waits_for) {
        if (obstacles_of(*awaited).rule == Obstacles::Rule::none) return {};
    }
    const auto circle = find_circle(tasks_[waiting.value].state, [&](const TaskState& s) { return obstacles_of(s); });
    if (circle.empty()) return {};
    std::string words = "tasks wait for each other in a circle, so that none of them could ever go on: ";
    constexpr std::size_t named_max = 10;
    for (std::size_t i = 0; i < circle.size() && i < named_max; ++i) {
        words += '\'' + name_of(*circle[i]) + "' waits for ";
    }
    if (circle.size() > named_max) words += "… (" + std::to_string(circle.size() - named_max) + " more) wait for ";
    words += circle.size() == 1 ? "itself" : '\'' + name_of(*circle.front()) + '\'';
    return words + ". This wait was the last of them, and is given up; let one of them work without the other's result";
}

std::string Coordinator::name_of(const TaskState& state) {
    if (state.extras_if_any() != nullptr && !state.extras_if_any()->name.empty()) return state.extras_if_any()->name;
    return state.function.is_valid() ? readable_name(find_function(state.function)) : "local call";
}

}  // namespace rankpool
