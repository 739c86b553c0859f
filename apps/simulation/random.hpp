#pragma once

#include <cstdint>

namespace rankpool::simulation {

/// Scatters a number over all 64 bits; the same everywhere.
/// Source: Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014 (SplitMix64).
constexpr std::uint64_t scattered(std::uint64_t value) {
    value += 0x9E37'79B9'7F4A'7C15U;
    value = (value ^ value >> 30U) * 0xBF58'476D'1CE4'E5B9U;
    value = (value ^ value >> 27U) * 0x94D0'49BB'1331'11EBU;
    return value ^ value >> 31U;
}

/// A stream of random numbers from one seed. Passed to whoever needs chance, so that a seed is the whole story.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(scattered(seed)) {}
    /// The stream of one thing among many: the same whenever it is asked for.
    Random(std::uint64_t seed, std::uint64_t index) : state_(scattered(scattered(seed) ^ index)) {}

    std::uint64_t next() {
        const std::uint64_t drawn = scattered(state_);
        state_ += 0x9E37'79B9'7F4A'7C15U;
        return drawn;
    }
    /// Below `bound`, which is not 0; even enough for bounds far below 2^32.
    std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>((next() >> 32U) * bound >> 32U); }
    /// From `first` to `last`, both included.
    std::uint32_t between(std::uint32_t first, std::uint32_t last) { return first + below(last - first + 1); }
    bool chance(std::uint32_t in_a_thousand) { return below(1000) < in_a_thousand; }
    /// In (0, 1].
    double unit() { return (static_cast<double>(next() >> 11U) + 1) * 0x1p-53; }

  private:
    std::uint64_t state_;
};

}  // namespace rankpool::simulation
