// What happens on rank 0: the calls of the scheduler, and what it wants done.
#include <algorithm>
#include <optional>
#include <simulation/cluster.hpp>
#include <stdexcept>

namespace rankpool::simulation {

using namespace scheduler;

namespace {

/// How far ahead the scheduler is told what comes: a wait for memory is as long as some events.
constexpr std::size_t expected_ahead = 8;

TaskId task_of(const auto& report) {
    return std::visit([](const auto& each) { return each.task; }, report);
}

}  // namespace

void VirtualCluster::on(const ReportArrives& event) {
    told_.push_back({now_, event});
    // Waits of a task that are told again would be new waits; the others are recognised as old news.
    const bool is_wait =
        std::holds_alternative<TaskSuspended>(event.report) || std::holds_alternative<TaskResumed>(event.report);
    if (options_.repeats > 0 && !is_wait && random_.chance(options_.repeats)) {
        const auto later = static_cast<Duration::rep>(random_.unit() * 2e6);
        queue_.push(now_ + Duration(later), event);
    }
    if (told_.size() == row_max || watcher_ != nullptr) flush_reports();
}

void VirtualCluster::flush_reports() {
    if (told_.empty()) return;
    command_ends_.clear();
    meter_.begin();
    for (std::size_t i = 0; i < told_.size(); ++i) {
        if (i + expected_ahead < told_.size()) {
            const ReportArrives& coming = told_[i + expected_ahead].arrival;
            scheduler_->expect_report(coming.worker, task_of(coming.report));
        }
        std::visit([&](const auto& report) { scheduler_->on(report, told_[i].when, commands_); },
                   told_[i].arrival.report);
        command_ends_.push_back(commands_.size());
    }
    const Instant end = meter_.end(told_.size());
    if (progress_) progress_(driver_.settled(), end);
    if (watcher_ != nullptr) {
        const Event event = std::visit([](const auto& report) { return Event(report); }, told_.front().arrival.report);
        watcher_->decided(event, commands_, told_.front().when);
    }
    std::size_t first = 0;
    for (std::size_t i = 0; i < told_.size(); ++i) {
        carry_out(first, command_ends_[i], told_[i].when);
        first = command_ends_[i];
    }
    commands_.clear();
    told_.clear();
    set_clock();
}

void VirtualCluster::on(const ChildrenArrive& event) {
    flush_reports();
    submit(driver_.add_family(event.family), event.family.open);
}

void VirtualCluster::on(const LossIsNoticed& event) {
    Seat& at = seat(event.worker);
    if (at.is_lost) return;
    flush_reports();
    at.is_lost = true;
    if (watcher_ != nullptr) watcher_->worker_lost(event.worker, event.reason, now_);
    tell(WorkerLost{event.worker, event.reason});
}

void VirtualCluster::tell(const Event& event) {
    meter_.begin();
    scheduler_->handle(event, now_, commands_);
    meter_.end(1);
    if (watcher_ != nullptr) watcher_->decided(event, commands_, now_);
    carry_out(0, commands_.size(), now_);
    commands_.clear();
    set_clock();
}

void VirtualCluster::carry_out(std::size_t first, std::size_t end, Instant when) {
    for (; first < end; ++first) {
        std::visit([&](const auto& command) { carry_out(command, when); }, commands_[first]);
    }
}

void VirtualCluster::carry_out(const AssignTask& command, Instant when) {
    const TaskNumber number = driver_.number(command.task);
    if (watcher_ != nullptr) watcher_->assigned(number, command.worker, when);
    send_to(command.worker, when, AssignArrives{command, number});
}

void VirtualCluster::carry_out(const RevokeTask& command, Instant when) {
    send_to(command.worker, when, RevokeArrives{command});
}

void VirtualCluster::carry_out(const StopTask& command, Instant when) {
    send_to(command.worker, when, StopArrives{command});
}

void VirtualCluster::on(const ClockRings&) {
    wake_up_ = Instant::max();
    flush_reports();
    tell(TimePassed{});
}

void VirtualCluster::set_clock() {
    const std::optional<Instant> deadline = scheduler_->next_deadline();
    if (!deadline || *deadline >= wake_up_) return;
    wake_up_ = std::max(*deadline, now_);
    queue_.push(wake_up_, ClockRings{});
}

void VirtualCluster::carry_out(const SettleTask& command, Instant when) {
    const TaskNumber number = driver_.number(command.task);
    last_settled_ = when;
    if (watcher_ != nullptr) watcher_->settled(number, command.settlement, when);
    const Driver::Family* const family = driver_.settle(number, command.settlement);
    if (family == nullptr) return;
    send_to(family->worker, when, WakeArrives{family->worker, family->parent, family->execution});
}

}  // namespace rankpool::simulation
