#include <algorithm>
#include <cstddef>

#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/prefill.hpp>

namespace rankpool::scheduler {
namespace {

/// Nanoseconds from 1 to 4.29 s.
std::uint32_t clamped_ns(Duration duration) {
    return static_cast<std::uint32_t>(std::clamp<Duration::rep>(duration.count(), 1, 0xFFFF'FFFF));
}

/// A month: longer is all the same to us, and sums do not overflow.
constexpr Duration length_max = std::chrono::hours(30 * 24);

}  // namespace

Prefill::Prefill(const Limits& limits)
    : functions_max_(limits.functions_max),
      queued_work_ns_(clamped_ns(limits.queued_work)),
      round_trip_ns_(std::min(clamped_ns(limits.round_trip), queued_work_ns_)),
      long_task_ns_(clamped_ns(limits.long_task)),
      long_task_in_order_ns_(std::min(clamped_ns(limits.long_task_in_order), long_task_ns_)),
      short_task_ns_(clamped_ns(limits.short_task)),
      ahead_max_(limits.ahead_max),
      ahead_unmeasured_(limits.ahead_unmeasured) {}

void Prefill::learn(FunctionId function, Duration busy) {
    if (!function.is_valid()) return;
    RANKPOOL_EXPECT(function.value < functions_max_);
    if (function.value >= measured_.size()) measured_.resize(std::size_t{function.value} + 1);
    auto& [average, deviation, count] = measured_[function.value];
    ++count;
    const auto latest = static_cast<std::uint64_t>(std::clamp(busy, Duration(1), length_max).count());
    if (average != 0) {
        const std::uint64_t distance = latest > average ? latest - average : average - latest;
        deviation += distance / 4 - deviation / 4;
    }
    // Down faster than up: one task that met a page fault or lost its core should not keep the others from being
    // queued.
    if (average == 0) {
        average = latest;
    } else if (latest > average) {
        average += (latest - average) / 8;
    } else {
        average -= (average - latest) / 4;
    }
}

Duration Prefill::safe_length(FunctionId function) const {
    if (function.value >= measured_.size()) return Duration{};
    const Measured& measured = measured_[function.value];
    return std::chrono::nanoseconds(static_cast<std::int64_t>(measured.average_ns + 2 * measured.deviation_ns));
}

bool Prefill::is_worth_moving(const Worker& worker, FunctionId function) const {
    const std::uint64_t length = expected_ns(function);
    if (length >= short_task_ns_ || worker.is_stuck()) return true;
    // Judged by what is known now: when the task was sent there, it may have passed for a shorter one.
    return length * 4 >= short_task_ns_ && length * worker.ahead() >= std::uint64_t{short_task_ns_} * worker.slots;
}

Prefill::Room Prefill::room_ahead(const Worker& worker, FunctionId function, const Market& market) const {
    const std::uint64_t average = average_ns(function);
    const std::uint64_t length = average != 0 ? average : queued_work_ns_;
    if (length >= (market.is_ordered ? long_task_in_order_ns_ : long_task_ns_)) return Room::too_long;
    if (worker.ahead() >= (average != 0 ? ahead_max_ : ahead_unmeasured_)) return Room::too_many_ahead;
    // The first to end are the short ones, so an average is worth as much as the share of a slot in the tasks that have
    // ended: no worker holds more than that ahead, and what was promised to unmeasured ones.
    if (average != 0 &&
        worker.ahead() * market.slots > worker.slots * (market.slots + measured_[function.value].count)) {
        return Room::too_little_known;
    }
    // With tasks of one length this is: ahead * length < slots * work_behind. Among mixed lengths, a short task does
    // not queue up behind a long one.
    const bool is_enough = worker.expected_ns >= worker.slots * (work_behind_ns(length, market) + length);
    return is_enough ? Room::enough_work : Room::some;
}

Prefill::Words Prefill::words_of_room(const Worker& worker, FunctionId function, const Market& market) const {
    const auto in_us = [](std::uint64_t time_ns) { return std::to_string(time_ns / 1000); };
    const std::uint64_t average = average_ns(function);
    const std::uint64_t length = average != 0 ? average : queued_work_ns_;
    const std::string held = std::to_string(worker.slots) + (worker.slots == 1 ? " slot taken, " : " slots taken, ");
    switch (room_ahead(worker, function, market)) {
        case Room::some:
            return {held + "% ahead, and room for it when the tasks before it are placed", worker.ahead()};
        case Room::too_long:
            return {held + "and such tasks take " + in_us(length) + " us: none that take " +
                        in_us(market.is_ordered ? long_task_in_order_ns_ : long_task_ns_) +
                        " us or more is sent ahead of a free slot",
                    0};
        case Room::too_many_ahead:
            return {held + "% ahead: the most is " +
                        (average != 0 ? std::to_string(ahead_max_)
                                      : std::to_string(ahead_unmeasured_) + " while none of its function has ended"),
                    worker.ahead()};
        case Room::too_little_known:
            return {held + "% ahead: that is enough while only " + std::to_string(measured_[function.value].count) +
                        " of its function have ended on " + std::to_string(market.slots) + " slots",
                    worker.ahead()};
        case Room::enough_work:
            break;
    }
    return {held + "% us of work there: " + in_us(worker.slots * (work_behind_ns(length, market) + length)) +
                " us are enough",
            worker.expected_ns / 1000};
}

std::uint64_t Prefill::work_behind_ns(std::uint64_t length, const Market& market) const {
    // Half of a slot's share in what is ready: so the last tasks of a run are shared out in small portions.
    // Source: Polychronopoulos and Kuck: Guided self-scheduling, IEEE Transactions on Computers 36 (1987).
    const std::uint64_t ready_ns = market.ready * length, halves = 2 * market.slots;
    if (ready_ns >= queued_work_ns_ * halves) return queued_work_ns_;
    if (ready_ns <= round_trip_ns_ * halves) return round_trip_ns_;
    return ready_ns / halves;
}

}  // namespace rankpool::scheduler
