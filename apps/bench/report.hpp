#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/blocks.hpp"

namespace rankpool::apps {

/// One line of the report.
struct Measurement {
    std::string name;
    std::string unit;
    Summary summary;
    bool is_in_blocks = true;                ///< else noise does not matter to it
    std::vector<double> round_medians = {};  ///< NaN where a round had no clean block

    std::string reference_name = {};       ///< what it is compared with; empty: nothing
    std::optional<double> reference = {};  ///< that one's median, if it was measured
    std::optional<double> ratio = {};      ///< to it; below 1 is good for times, above 1 for rates
};

Measurement measurement_of(const Measured& measured);

/// The median of what one is to the other in each round, since a machine may be twice as fast in one minute as in the
/// next and its parts not by the same factor; that of the medians where no round has clean blocks of both.
double ratio_of(const Measurement& measurement, const Measurement& reference);

struct BenchReport {
    int rank_count = 0;
    std::vector<std::string> hosts;
    std::string not_measured = {};  ///< what could not be measured here, and why; empty: nothing
    std::vector<Measurement> measurements;
};

// Below this the median is a matter of luck.
inline constexpr std::size_t clean_blocks_min = 5;

/// Fills in the figures of what each measurement is compared with, where that is among them.
void compare(std::vector<Measurement>& measurements);

/// Names of the measurements that had too few clean blocks to be relied on.
std::vector<std::string> noisy_ones(const BenchReport& report);

/// One line on how long tasks should be: from the rate of empty tasks it follows what a task costs a worker.
std::string advice(const BenchReport& report);

}  // namespace rankpool::apps
