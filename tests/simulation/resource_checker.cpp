#include <algorithm>
#include <simulation/resource_checker.hpp>
#include <simulation/violation.hpp>
#include <variant>

namespace rankpool::simulation {

using namespace scheduler;

void ResourceChecker::decided(const Event& event, std::span<const Command> commands, Instant when) {
    const auto release = [&](TaskId task, Execution execution) {
        for (auto& [worker, tasks] : taken_) tasks.erase({task, execution});
    };
    if (const auto* submitted = std::get_if<TaskSubmitted>(&event)) request_of_[submitted->task] = submitted->request;
    if (const auto* finished = std::get_if<TaskFinished>(&event)) release(finished->task, finished->execution);
    if (const auto* returned = std::get_if<TaskReturned>(&event)) release(returned->task, returned->execution);
    if (const auto* lost = std::get_if<WorkerLost>(&event)) taken_.erase(lost->worker);
    for (const Command& command : commands) {
        const auto* assign = std::get_if<AssignTask>(&command);
        if (assign == nullptr || !request_of_.at(assign->task).is_valid()) continue;
        taken_[assign->worker][{assign->task, assign->execution}] = least_needs(request_of_.at(assign->task));
        check(assign->worker, when);
    }
}

ResourceChecker::Amounts ResourceChecker::least_needs(RequestId request) const {
    const RequestVariants& variants = requests_.at(request.value);
    Amounts least;
    for (const Need& need : variants.front()) least[need.resource] = need.amount;
    for (const std::vector<Need>& variant : variants) {
        for (auto& [resource, amount] : least) {
            Amount here = 0;
            for (const Need& need : variant) here += need.resource == resource ? need.amount : 0;
            amount = std::min(amount, here);
        }
    }
    return least;
}

void ResourceChecker::check(WorkerId worker, Instant when) const {
    Amounts sum;
    for (const auto& [key, amounts] : taken_.at(worker)) {
        for (const auto& [resource, amount] : amounts) sum[resource] += amount;
    }
    for (const auto& [resource, amount] : sum) {
        if (amount <= stock_) continue;
        throw Violation(when, "worker " + std::to_string(worker.value) + " has promised more of resource " +
                                  std::to_string(resource.value) + " than it has");
    }
}

}  // namespace rankpool::simulation
