#include <algorithm>
#include <simulation/slot_checker.hpp>
#include <simulation/violation.hpp>
#include <variant>

namespace rankpool::simulation {

using namespace scheduler;

void SlotChecker::decided(const Event& event, std::span<const Command> commands, Instant when) {
    hear(event);
    for (const Command& command : commands) {
        if (const auto* assign = std::get_if<AssignTask>(&command)) check(*assign, when);
    }
}

void SlotChecker::hear(const Event& event) {
    if (const auto* submitted = std::get_if<TaskSubmitted>(&event)) {
        submitted->request.is_valid() ? void(plain_.erase(submitted->task)) : void(plain_.insert(submitted->task));
    }
    if (const auto* lost = std::get_if<WorkerLost>(&event)) forget(lost->worker);
    if (const auto* draining = std::get_if<WorkerDraining>(&event)) workers_[draining->worker].takes_tasks = false;
    if (const auto* report = std::get_if<TaskSuspended>(&event)) shift({report->task, report->execution, 0}, true);
    if (const auto* report = std::get_if<TaskResumed>(&event)) shift({report->task, report->execution, 0}, false);
    if (const auto* report = std::get_if<TaskFinished>(&event)) {
        release({report->task, report->execution, report->member});
    }
    if (const auto* report = std::get_if<TaskReturned>(&event)) release({report->task, report->execution, 0});
}

void SlotChecker::check(const AssignTask& command, Instant when) {
    Worker& worker = workers_[command.worker];
    const std::string who = "worker " + std::to_string(command.worker.value);
    if (!worker.takes_tasks) throw Violation(when, who + " gets a task although it drains or is lost");
    if (worker.held >= worker.slots + ahead_max_) throw Violation(when, who + " gets too many tasks ahead");
    const auto has_free_slot = [](const auto& entry) {
        return entry.second.takes_tasks && entry.second.held < entry.second.slots;
    };
    if (!may_reserve_ && plain_.contains(command.task) && worker.held >= worker.slots &&
        std::any_of(workers_.begin(), workers_.end(), has_free_slot)) {
        throw Violation(when, who + " gets a task ahead while another worker has a free slot");
    }
    ++worker.held;
    held_[{command.task, command.execution, command.member}] = {command.worker};
}

void SlotChecker::shift(Key key, bool is_suspended) {
    const auto found = held_.find(key);
    if (found == held_.end() || found->second.is_suspended == is_suspended) return;
    found->second.is_suspended = is_suspended;
    Worker& worker = workers_[found->second.worker];
    worker.held += is_suspended ? -1U : 1U;
}

void SlotChecker::release(Key key) {
    const auto found = held_.find(key);
    if (found == held_.end()) return;
    if (!found->second.is_suspended) --workers_[found->second.worker].held;
    held_.erase(found);
}

void SlotChecker::forget(WorkerId worker) {
    workers_[worker].takes_tasks = false;
    std::erase_if(held_, [&](const auto& entry) { return entry.second.worker == worker; });
}

void SlotChecker::worker_joined(WorkerId worker, std::uint32_t slots, Instant) { workers_[worker].slots = slots; }

void SlotChecker::run(WorkerId id, Instant when) {
    Worker& worker = workers_[id];
    if (++worker.running > worker.slots) {
        throw Violation(when, "worker " + std::to_string(id.value) + " runs more tasks than it has slots");
    }
}

void SlotChecker::started(TaskNumber, WorkerId worker, std::uint32_t, Instant when) { run(worker, when); }
void SlotChecker::resumed(TaskNumber, WorkerId worker, Instant when) { run(worker, when); }
void SlotChecker::suspended(TaskNumber, WorkerId worker, Instant) { --workers_[worker].running; }
void SlotChecker::stopped(TaskNumber, WorkerId worker, Instant) { --workers_[worker].running; }
void SlotChecker::member_started(TaskNumber, WorkerId worker, Instant when) { run(worker, when); }
void SlotChecker::member_ended(TaskNumber, WorkerId worker, Instant) { --workers_[worker].running; }
void SlotChecker::ended(TaskNumber, WorkerId worker, TaskEnd, Instant) { --workers_[worker].running; }

}  // namespace rankpool::simulation
