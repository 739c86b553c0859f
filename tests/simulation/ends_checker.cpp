#include <algorithm>
#include <simulation/ends_checker.hpp>
#include <simulation/violation.hpp>

namespace rankpool::simulation {

using scheduler::Settlement;

void EndsChecker::submitted(TaskNumber task, const TaskPlan& plan, std::span<const TaskNumber> inputs, Instant) {
    Task& added = tasks_[task];
    added.plan = plan;
    added.inputs.assign(inputs.begin(), inputs.end());
}

void EndsChecker::cancel_requested(TaskNumber task, Instant) { tasks_.at(task).is_cancel_wanted = true; }

void EndsChecker::worker_lost(WorkerId worker, scheduler::LossReason reason, Instant) {
    if (reason == scheduler::LossReason::worker_died) died_alone_.insert(worker);
}

void EndsChecker::assigned(TaskNumber task, WorkerId worker, Instant) { tasks_.at(task).assigned.push_back(worker); }

void EndsChecker::started(TaskNumber task, WorkerId, std::uint32_t, Instant) { ++tasks_.at(task).started; }

void EndsChecker::ended(TaskNumber task, WorkerId, scheduler::TaskEnd end, Instant) {
    ++(end == scheduler::TaskEnd::returned ? tasks_.at(task).returned : tasks_.at(task).raised);
}

void EndsChecker::settled(TaskNumber number, Settlement settlement, Instant when) {
    const auto found = tasks_.find(number);
    if (found == tasks_.end()) throw Violation(when, "task " + std::to_string(number) + " ends, but never began");
    Task& task = found->second;
    if (task.settlement) throw Violation(when, "task " + std::to_string(number) + " ends twice");
    task.settlement = settlement;
    if (!is_possible(task, settlement)) {
        throw Violation(when, "task " + std::to_string(number) + " cannot end as settlement " +
                                  std::to_string(static_cast<int>(settlement)));
    }
}

bool EndsChecker::is_possible(const Task& task, Settlement settlement) const {
    switch (settlement) {
        case Settlement::succeeded:
            return task.returned > 0;
        case Settlement::failed:
            return task.raised > task.plan.retries;
        case Settlement::cancelled:
            return task.is_cancel_wanted;
        case Settlement::input_failed:
            return task.started == 0 && has_failed_input(task);
        case Settlement::input_cancelled:
            return task.started == 0 && has_cancelled_input(task);
        case Settlement::infeasible:
            return false;  // Every worker can run every task.
        case Settlement::quarantined:
            return is_suspect(task);
    }
    return false;
}

bool EndsChecker::has_failed_input(const Task& task) const {
    return std::any_of(task.inputs.begin(), task.inputs.end(), [&](TaskNumber input) {
        const auto settlement = tasks_.at(input).settlement;
        return settlement == Settlement::failed || settlement == Settlement::input_failed ||
               settlement == Settlement::quarantined;
    });
}

bool EndsChecker::has_cancelled_input(const Task& task) const {
    return std::any_of(task.inputs.begin(), task.inputs.end(), [&](TaskNumber input) {
        const auto settlement = tasks_.at(input).settlement;
        return settlement == Settlement::cancelled || settlement == Settlement::input_cancelled;
    });
}

bool EndsChecker::is_suspect(const Task& task) const {
    const std::set<WorkerId> workers(task.assigned.begin(), task.assigned.end());
    const auto losses =
        std::count_if(workers.begin(), workers.end(), [&](WorkerId worker) { return died_alone_.contains(worker); });
    return static_cast<std::size_t>(losses) >= losses_max_;
}

Settlement EndsChecker::expected(const Task& task) const {
    if (has_failed_input(task)) return Settlement::input_failed;
    return task.plan.raises > task.plan.retries ? Settlement::failed : Settlement::succeeded;
}

void EndsChecker::finish(bool is_calm, Instant when) const {
    for (const auto& [number, task] : tasks_) {
        if (!task.settlement) throw Violation(when, "task " + std::to_string(number) + " never ends");
        if (!is_calm) continue;
        if (*task.settlement != expected(task)) {
            throw Violation(when, "task " + std::to_string(number) + " should have ended differently");
        }
        const bool has_run = task.settlement != Settlement::input_failed;
        const std::uint32_t runs = has_run ? std::min(task.plan.raises, task.plan.retries) + 1U : 0U;
        // Copies may run besides.
        if (task.started < runs || (task.started > runs && !task.plan.is_speculative)) {
            throw Violation(when, "task " + std::to_string(number) + " ran " + std::to_string(task.started) +
                                      " times instead of " + std::to_string(runs));
        }
    }
}

std::size_t EndsChecker::count(Settlement settlement) const {
    return static_cast<std::size_t>(std::count_if(
        tasks_.begin(), tasks_.end(), [&](const auto& entry) { return entry.second.settlement == settlement; }));
}

}  // namespace rankpool::simulation
