#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench_blocks.hpp"

namespace rankpool::apps {

/// One line of the report.
struct Measurement {
    std::string name;
    std::string unit;
    Summary summary;
    std::string reference_name;       ///< what it is compared with; empty: nothing
    std::optional<double> reference;  ///< that one's median
    friend bool operator==(const Measurement&, const Measurement&) = default;

    /// Median by reference; below 1 is good for times, above 1 for rates.
    std::optional<double> ratio() const;
};

struct BenchReport {
    int rank_count = 0;
    std::vector<std::string> hosts;
    std::vector<Measurement> measurements;
};

/// Fills in what each measurement is compared with, from the same report.
void add_references(std::vector<Measurement>& measurements);

/// Names of the measurements that had too few clean blocks to be relied on.
std::vector<std::string> noisy_ones(const BenchReport& report);

/// One line on how long tasks should be: from the rate of empty tasks it follows what a task costs a worker.
std::string advice(const BenchReport& report);

std::string bench_text(const BenchReport& report);

/// {"measurements": [{"name", "unit", "median", "min", "max", "reference", "ratio", …}, …], …}; null where there is no
/// reference.
std::string bench_json(const BenchReport& report);

}  // namespace rankpool::apps
