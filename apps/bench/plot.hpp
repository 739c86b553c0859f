#pragma once

#include <string>

#include "bench/report.hpp"

namespace rankpool::apps {

/// A picture of all ratios, without scripts or outside fonts: a bar for each measurement that is compared with
/// something, from "as good as the reference" to the right when it is better and to the left when it is worse.
std::string bench_svg(const BenchReport& report);

/// Writes it to a file.
/// @throws ConfigError  the file cannot be written
void write_bench_plot(const std::string& path, const BenchReport& report);

}  // namespace rankpool::apps
