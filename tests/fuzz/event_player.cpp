#include "event_player.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace rankpool::scheduler {
namespace {

constexpr std::size_t workers_max = 12;
constexpr std::size_t tasks_max = 200;

}  // namespace

void EventPlayer::play(std::span<const std::uint8_t> bytes) {
    bytes_ = bytes;
    define_requests();
    while (!bytes_.empty()) step();
    finish_everything();
}

void EventPlayer::step() {
    now_ += Duration(next()) * 100;
    switch (below(16)) {
        case 0:
            return join(0);
        case 1:
            return drain();
        case 2:
            return lose();
        case 3:
            return cancel();
        case 4:
            return set_time();
        case 5:
            return repeat_report();
        case 6:
        case 7:
        case 8:
        case 9:
            return submit();
        default:
            return report();
    }
}

TaskId EventPlayer::vacant_task() {
    TaskId id{task_count_};
    if (!vacant_.empty()) {
        id = vacant_.back();
        vacant_.pop_back();
    } else {
        ++task_count_;
    }
    unsettled_.push_back(id);
    return id;
}

void EventPlayer::submit() {
    if (unsettled_.size() == tasks_max) return;
    std::vector<TaskId> inputs;
    for (std::uint32_t count = below(4); count > 0 && !unsettled_.empty(); --count) {
        inputs.push_back(unsettled_[below(unsettled_.size())]);
    }
    const std::uint8_t kind = next();
    tell(TaskSubmitted{.task = vacant_task(),
                       .function = FunctionId{kind % 4U},
                       .priority = kind / 4 % 3,
                       .level = static_cast<std::uint16_t>(kind / 12 % 2),
                       .retries = static_cast<std::uint16_t>(kind / 24 % 3),
                       .inputs = inputs,
                       .path = kind / 72U,
                       .near = WorkerId{below(workers_max)},
                       .near_bytes = std::uint64_t{1} << below(40),
                       .request = kind < 128 ? RequestId{} : RequestId{kind % 7U},
                       .is_speculative = kind % 3 == 0});
}

void EventPlayer::cancel() {
    if (!unsettled_.empty()) tell(CancelRequested{unsettled_[below(unsettled_.size())]});
}

void EventPlayer::join(Amount at_least) {
    if (workers_.size() == workers_max) return;
    const std::array<Need, 2> has = {Need{ResourceId{0}, at_least + below(256) * whole / 64},
                                     Need{ResourceId{1}, at_least + below(256) * whole / 64}};
    workers_.push_back(WorkerId{worker_count_++});
    tell(WorkerJoined{
        .worker = workers_.back(), .slots = 1 + below(3), .resources = has, .node = NodeId{worker_count_ % 3}});
}

void EventPlayer::drain() {
    if (!workers_.empty()) tell(WorkerDraining{workers_[below(workers_.size())]});
}

void EventPlayer::lose() {
    if (workers_.empty()) return;
    const std::uint32_t chosen = below(workers_.size());
    const WorkerId worker = workers_[chosen];
    workers_.erase(workers_.begin() + chosen);
    std::erase_if(held_, [&](const Held& held) { return held.assigned.worker == worker; });
    tell(WorkerLost{worker, static_cast<LossReason>(below(3))});
}

void EventPlayer::set_time() {
    switch (below(4)) {
        case 0:
            return tell(AllocationEnds{now_ + Duration(next()) * 1'000});
        case 1:
            return tell(AllocationEnds{});
        case 2:
            return tell(PoolFormed{});
        default:
            return tell(TimePassed{});
    }
}

void EventPlayer::define_requests() {
    const std::array<Need, 1> some = {Need{ResourceId{0}, whole / 3}};
    const std::array<Need, 2> more = {Need{ResourceId{0}, 2 * whole}, Need{ResourceId{1}, whole}};
    const std::array<std::span<const Need>, 2> variants = {more, some};
    const auto first = std::span(variants).first(1), second = std::span(variants).last(1);
    tell(RequestDefined{.request = RequestId{0}, .variants = first});
    tell(RequestDefined{.request = RequestId{1}, .variants = second, .time = Duration(50'000)});
    tell(RequestDefined{.request = RequestId{2}, .variants = variants});
    tell(RequestDefined{.request = RequestId{3}, .pinned = WorkerId{1}});
    tell(RequestDefined{.request = RequestId{4}, .variants = second, .pinned = WorkerId{2}});
    tell(RequestDefined{.request = RequestId{5}, .ranks = 2});
    tell(RequestDefined{.request = RequestId{6}, .variants = variants, .ranks = 3});
}

void EventPlayer::finish_everything() {
    tell(AllocationEnds{});
    while (!workers_.empty()) lose();
    for (int i = 0; i < 3; ++i) join(5 * whole);
    tell(PoolFormed{});
    for (int i = 0; !unsettled_.empty(); ++i) {
        if (held_.empty() || i == 100'000) {
            throw std::logic_error("never settled: " + scheduler_.explain(unsettled_.front()));
        }
        const Held held = held_.front();
        held_.erase(held_.begin());
        tell(TaskFinished{held.assigned.task, held.assigned.execution, TaskEnd::returned, Duration(1'000), 0,
                          held.assigned.member});
    }
}

void EventPlayer::tell(const Event& event) {
    CommandSink commands;
    scheduler_.handle(event, now_, commands);
    scheduler_.check_invariants();
    for (const Command& command : commands) {
        std::visit([this](const auto& alternative) { carry_out(alternative); }, command);
    }
}

std::uint8_t EventPlayer::next() {
    if (bytes_.empty()) return 0;
    const std::uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
}

}  // namespace rankpool::scheduler
