#pragma once

#include <bit>
#include <cstdint>

#include <rankpool/core/ids.hpp>
#include <rankpool/core/time.hpp>

namespace rankpool::scheduler {

/// Where most of a task's input lies. Pure arithmetic; nothing here knows workers or queues.
struct Place {
    WorkerId worker;
    std::uint64_t bytes = 0;
    friend bool operator==(const Place&, const Place&) = default;
};

/// The place after one more input: a worker that holds more than half of all bytes wins in any order (Boyer and Moore's
/// majority vote, weighted), without a sum for each worker.
constexpr Place with_input(Place place, Place input) {
    if (place.worker == input.worker) return {place.worker, place.bytes + input.bytes};
    if (place.bytes >= input.bytes) return {place.worker, place.bytes - input.bytes};
    return {input.worker, input.bytes - place.bytes};
}

/// Bytes in 16 bits, exact to a thousandth: six bits of exponent, ten of mantissa.
constexpr std::uint16_t packed_bytes(std::uint64_t bytes) {
    if (bytes < 1024) return static_cast<std::uint16_t>(bytes);
    const auto shift = static_cast<std::uint32_t>(std::bit_width(bytes)) - 11;
    return static_cast<std::uint16_t>((shift + 1) << 10 | (bytes >> shift & 1023));
}
constexpr std::uint64_t unpacked_bytes(std::uint16_t packed) {
    const std::uint32_t exponent = packed >> 10;
    return exponent == 0 ? packed : std::uint64_t{1024U + (packed & 1023U)} << (exponent - 1);
}

/// True if the task should wait for the worker that has its input rather than have it sent elsewhere.
constexpr bool is_better_near(Duration wait_near, Duration wait_elsewhere, Duration transfer) {
    return wait_near <= wait_elsewhere + transfer;
}

/// How long bytes take from worker to worker, learned from those that were sent.
class TransferSpeed {
  public:
    explicit constexpr TransferSpeed(Duration per_mebibyte)
        : ns_per_mebibyte_(static_cast<std::uint64_t>(per_mebibyte.count())) {}

    /// Small ones say more about latency than about speed, and are not counted.
    constexpr void learn(std::uint64_t bytes, Duration took) {
        if (bytes < small || bytes > large || took <= Duration{} || took > longest) return;
        const std::uint64_t latest = (static_cast<std::uint64_t>(took.count()) << 10) / (bytes >> 10);
        ns_per_mebibyte_ = ns_per_mebibyte_ - ns_per_mebibyte_ / 8 + latest / 8;
    }
    constexpr Duration time_for(std::uint64_t bytes) const {
        const std::uint64_t bounded = bytes < large ? bytes : large;
        return Duration(static_cast<Duration::rep>((bounded >> 10) * ns_per_mebibyte_ >> 10));
    }

  private:
    static constexpr std::uint64_t small = 64 << 10;
    static constexpr std::uint64_t large = std::uint64_t{1} << 40;
    static constexpr Duration longest = std::chrono::hours(1);

    std::uint64_t ns_per_mebibyte_;
};

}  // namespace rankpool::scheduler
