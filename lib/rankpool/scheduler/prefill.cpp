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
      long_task_ns_(clamped_ns(limits.long_task)),
      short_task_ns_(clamped_ns(limits.short_task)),
      ahead_max_(limits.ahead_max),
      ahead_unmeasured_(limits.ahead_unmeasured) {}

void Prefill::learn(FunctionId function, Duration busy) {
    if (!function.is_valid()) return;
    RANKPOOL_EXPECT(function.value < functions_max_);
    if (function.value >= measured_.size()) measured_.resize(std::size_t{function.value} + 1);
    auto& [average, deviation] = measured_[function.value];
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

bool Prefill::has_room_ahead(const Worker& worker, std::uint64_t average) const {
    // With tasks of one length this is: (load - slots) * average < slots * queued_work, that is, enough lies behind the
    // running ones. Among mixed lengths, a short task does not queue up behind a long one.
    const std::uint64_t length = average != 0 ? average : queued_work_ns_;
    const std::uint32_t ahead_max = average != 0 ? ahead_max_ : ahead_unmeasured_;
    return length < long_task_ns_ && worker.ahead() < ahead_max &&
           worker.expected_ns < worker.slots * (queued_work_ns_ + length);
}

}  // namespace rankpool::scheduler
