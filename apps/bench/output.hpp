#pragma once

#include <string>

#include "bench/report.hpp"

namespace rankpool::apps {

/// The report for people: a table, what it cannot be sure of, and the advice.
std::string bench_text(const BenchReport& report);

/// {"measurements": [{"name", "unit", "median", "min", "max", "reference", "ratio", …}, …], …}; null where there is no
/// reference.
std::string bench_json(const BenchReport& report);

}  // namespace rankpool::apps
