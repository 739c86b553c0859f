#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <rankpool/core/time.hpp>

namespace rankpool {

/// How far some work has come.
struct ProgressCounts {
    std::uint64_t done = 0;  ///< finished in whatever way, the failed ones included
    std::uint64_t failed = 0;
    std::optional<std::uint64_t> total;  ///< none while nobody knows how much there will be
    friend bool operator==(const ProgressCounts&, const ProgressCounts&) = default;
};

/// What one progress message says.
struct ProgressState {
    std::string label = "tasks";
    ProgressCounts counts;
    Duration elapsed{};
    double rate_per_s = 0;  ///< 0 while unknown
};

/// The time the rest takes at this rate; none without a total or a rate, and when nothing is left.
std::optional<Duration> time_left(const ProgressState& state);

/// One line for a terminal of `columns` columns, which it never fills completely, since some terminals then wrap:
/// `tasks  42 % [########------------]  4,200/10,000  1.3 k/s  7.7 s left`
/// A narrow terminal first loses the bar, then the rate, then the rest from the right.
std::string progress_bar(const ProgressState& state, int columns);

/// One line for a log file, without its end:
/// `rankpool: 4,200 of 10,000 tasks (42 %) after 40 s, 1.3 k/s, 3 failed, about 7.7 s left`
std::string progress_line(const ProgressState& state);

/// The last line, when the work is over: `rankpool: 10,000 tasks in 52 s (192/s), 3 failed`
std::string progress_summary(const ProgressState& state);

}  // namespace rankpool
