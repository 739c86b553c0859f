#include <simulation/commit_checker.hpp>
#include <simulation/violation.hpp>

namespace rankpool::simulation {
namespace {

std::string text_of(TaskNumber task, WorkerId worker) {
    return "task " + std::to_string(task) + " on worker " + std::to_string(worker.value);
}

}  // namespace

void CommitChecker::give_up(WorkerId worker) {
    given_up_.insert(worker);
    std::erase_if(running_, [&](const auto& entry) { return entry.second == worker; });
}

void CommitChecker::submitted(TaskNumber task, const TaskPlan& plan, std::span<const TaskNumber>, Instant) {
    const bool is_wide = plan.request.is_valid() && workload_.ranks(plan.request) > 1;
    if (plan.is_speculative || is_wide) stopped_late_.insert(task);
}

void CommitChecker::worker_lost(WorkerId worker, scheduler::LossReason, Instant) { give_up(worker); }
void CommitChecker::worker_died(WorkerId worker, Instant) { give_up(worker); }

void CommitChecker::started(TaskNumber task, WorkerId worker, std::uint32_t attempt, Instant when) {
    if (given_up_.contains(worker) || is_stopped_late(task)) return;
    if (settled_.contains(task)) throw Violation(when, text_of(task, worker) + " starts although it is settled");
    if (!running_.emplace(task, worker).second) {
        throw Violation(when, text_of(task, worker) + " starts although it runs already");
    }
    std::uint32_t& latest = attempts_[task];
    if (attempt <= latest) throw Violation(when, text_of(task, worker) + " runs a second time in the same attempt");
    latest = attempt;
}

void CommitChecker::resumed(TaskNumber task, WorkerId worker, Instant when) {
    if (given_up_.contains(worker)) return;
    if (settled_.contains(task)) throw Violation(when, text_of(task, worker) + " goes on although it is settled");
}

void CommitChecker::ended(TaskNumber task, WorkerId worker, scheduler::TaskEnd, Instant) {
    if (!given_up_.contains(worker)) running_.erase(task);
}

void CommitChecker::settled(TaskNumber task, scheduler::Settlement, Instant when) {
    settled_.insert(task);
    const auto running = running_.find(task);
    if (running != running_.end()) throw Violation(when, text_of(task, running->second) + " is settled while it runs");
}

}  // namespace rankpool::simulation
