#include <simulation/input_checker.hpp>
#include <simulation/violation.hpp>

namespace rankpool::simulation {

void InputChecker::submitted(TaskNumber task, const TaskPlan&, std::span<const TaskNumber> inputs, Instant) {
    inputs_[task].assign(inputs.begin(), inputs.end());
}

void InputChecker::started(TaskNumber task, WorkerId, std::uint32_t, Instant when) {
    for (const TaskNumber input : inputs_.at(task)) {
        if (succeeded_.contains(input)) continue;
        throw Violation(when, "task " + std::to_string(task) + " starts before its input " + std::to_string(input) +
                                  " has succeeded");
    }
}

void InputChecker::settled(TaskNumber task, scheduler::Settlement settlement, Instant) {
    if (settlement == scheduler::Settlement::succeeded) succeeded_.insert(task);
}

}  // namespace rankpool::simulation
