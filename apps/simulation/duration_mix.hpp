#pragma once

#include <simulation/random.hpp>
#include <string>
#include <string_view>

#include <rankpool/core/time.hpp>

namespace rankpool::simulation {

/// How long tasks take: a distribution to draw from.
struct DurationMix {
    enum class Kind { constant, uniform, exponential, pareto };

    Kind kind = Kind::constant;
    Duration first = std::chrono::milliseconds(1);  ///< the length, the shortest, the mean, or the shortest
    Duration last{};                                ///< uniform: the longest
    double tail = 1.5;                              ///< pareto: the exponent; at 2 and below the variance is infinite
    /// No task is longer; keeps a heavy tail from being one task only.
    Duration longest = std::chrono::hours(1);

    Duration draw(Random& random) const;
    friend bool operator==(const DurationMix&, const DurationMix&) = default;
};

/// Reads a length such as "1ms", "2.5s", "100us", "3 min", "0".
/// @throws ConfigError  it is none; the text says what would be
Duration parse_duration(std::string_view text);

/// Reads "constant:1ms", "uniform:1ms,5ms", "exp:1ms", "pareto:1ms" or "pareto:1ms,1.2" (exponent).
/// @throws ConfigError  it is none; the text says what would be
DurationMix parse_duration_mix(std::string_view text);

}  // namespace rankpool::simulation
