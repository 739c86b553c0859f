#include <algorithm>
#include <stdexcept>

#include "event_player.hpp"

namespace rankpool::scheduler {
namespace {

constexpr std::size_t reports_kept = 64;

}  // namespace

void EventPlayer::report() {
    if (held_.empty()) return;
    const std::uint32_t chosen = below(held_.size());
    Held& held = held_[chosen];
    const TaskId task = held.assigned.task;
    const Execution execution = held.assigned.execution;
    const std::uint32_t member = held.assigned.member;
    const std::uint8_t what = next();
    if (held.progress == Progress::queued && held.is_stopped && what % 2 == 0) {  // It had not started.
        held_.erase(held_.begin() + chosen);
        return tell_report(TaskReturned{task, execution, member});
    }
    // Members of a task over several workers start at once.
    if (held.assigned.members > 1 || held.is_stopped) held.progress = std::max(held.progress, Progress::running);
    if (held.progress == Progress::queued && what % 2 == 0) return report_queued(held);
    if (held.progress == Progress::suspended && what % 2 == 0) {
        held.progress = Progress::running;
        return tell_report(TaskResumed{task, execution, member});
    }
    if (held.progress == Progress::running && what % 4 == 0) {
        held.progress = Progress::suspended;
        return tell_report(TaskSuspended{task, execution, member});
    }
    // Ends come also from tasks that are not known to run: no start is reported of short ones.
    const TaskEnd end = what < 160 ? TaskEnd::returned : static_cast<TaskEnd>(what % 4);
    held_.erase(held_.begin() + chosen);
    tell_report(TaskFinished{task, execution, end, Duration(next()) * 100, std::uint64_t{1} << below(40), member});
}

void EventPlayer::report_queued(Held& held) {
    const TaskId task = held.assigned.task;
    const Execution execution = held.assigned.execution;
    if (!held.is_asked_back) {
        held.progress = Progress::running;
        return tell_report(TaskStarted{task, execution});
    }
    if (next() % 2 == 0) {
        held.progress = Progress::running;
        return tell_report(RevokeRefused{task, execution});
    }
    std::erase_if(held_,
                  [&](const Held& each) { return each.assigned.task == task && each.assigned.execution == execution; });
    tell_report(TaskReturned{task, execution});
}

void EventPlayer::repeat_report() {
    if (!reports_.empty()) tell(Event(reports_[below(reports_.size())]));
}

void EventPlayer::tell_report(const Event& event) {
    reports_.push_back(event);
    if (reports_.size() > reports_kept) reports_.pop_front();
    tell(event);
}

void EventPlayer::carry_out(const AssignTask& command) { held_.push_back({.assigned = command}); }

void EventPlayer::carry_out(const RevokeTask& command) {
    for (Held& held : held_) {
        if (held.assigned.task == command.task && held.assigned.execution == command.execution)
            held.is_asked_back = true;
    }
}

void EventPlayer::carry_out(const StopTask& command) {
    for (Held& held : held_) {
        const AssignTask& assigned = held.assigned;
        if (assigned.task == command.task && assigned.execution == command.execution &&
            assigned.member == command.member) {
            held.is_stopped = true;
        }
    }
}

void EventPlayer::carry_out(const SettleTask& command) {
    if (std::erase(unsettled_, command.task) != 1) throw std::logic_error("settled twice");
    vacant_.push_back(command.task);
}

}  // namespace rankpool::scheduler
