#pragma once

#include <bit>
#include <cstdint>
#include <limits>

/// Tests divisibility by one number without dividing: a multiplication, a rotation and a comparison.
///
/// With divisor = odd · 2^k and the inverse of `odd` modulo 2^64, the multiples of the divisor are exactly the x for
/// which rotr(x · inverse, k) is at most (2^64 - 1) / divisor.
/// Source: Lemire, Kaser, Kurz, "Faster remainder by direct computation" (2019), after Warren, "Hacker's Delight",
/// 10-17.
class Divisor {
  public:
    /// @param divisor  positive
    explicit Divisor(std::int64_t divisor)
        : shift_(std::countr_zero(static_cast<std::uint64_t>(divisor))),
          limit_(std::numeric_limits<std::uint64_t>::max() / static_cast<std::uint64_t>(divisor)) {
        const std::uint64_t odd = static_cast<std::uint64_t>(divisor) >> shift_;
        inverse_ = odd;  // Right in three bits; each step of Newton's method doubles them.
        for (int bits = 3; bits < 64; bits *= 2) inverse_ *= 2 - odd * inverse_;
    }
    bool divides(std::int64_t number) const {
        const auto bits = static_cast<std::uint64_t>(number);
        const std::uint64_t magnitude = number < 0 ? 0 - bits : bits;
        return std::rotr(magnitude * inverse_, shift_) <= limit_;
    }

  private:
    int shift_;
    std::uint64_t limit_;
    std::uint64_t inverse_ = 0;
};
