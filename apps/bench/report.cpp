#include "bench/report.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include <rankpool/observe/format.hpp>

namespace rankpool::apps {
namespace {

const Measurement* find(const std::vector<Measurement>& measurements, std::string_view name) {
    const auto found =
        std::find_if(measurements.begin(), measurements.end(), [&](const Measurement& m) { return m.name == name; });
    return found == measurements.end() ? nullptr : &*found;
}

/// The next of 1, 2, 5, 10, 20…: nobody needs "11.4 us or longer".
double round_up(double number) {
    const double power = std::pow(10.0, std::floor(std::log10(number)));
    for (double step : {1.0, 2.0, 5.0}) {
        if (number <= step * power) return step * power;
    }
    return 10 * power;
}

std::string least_length(double tasks_per_s, int workers) {
    // A worker gets its share of the rate, so this is what an empty task costs it; 19 times that is 95 % work.
    const double seconds = round_up(19.0 * workers / tasks_per_s);
    return format_duration(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
}

}  // namespace

Measurement measurement_of(const Measured& measured) {
    const BlockSeries& series = measured.series();
    return {measured.spec().name,         measured.spec().unit,   series.summary(),
            measured.spec().is_in_blocks, series.round_medians(), measured.spec().reference};
}

double ratio_of(const Measurement& measurement, const Measurement& reference) {
    std::vector<double> ratios;
    const std::size_t rounds = std::min(measurement.round_medians.size(), reference.round_medians.size());
    for (std::size_t round = 0; round < rounds; ++round) {
        const double ratio = measurement.round_medians[round] / reference.round_medians[round];
        if (std::isfinite(ratio)) ratios.push_back(ratio);
    }
    return ratios.empty() ? measurement.summary.median / reference.summary.median : median(std::move(ratios));
}

void compare(std::vector<Measurement>& measurements) {
    for (Measurement& measurement : measurements) {
        const Measurement* const reference = find(measurements, measurement.reference_name);
        if (reference == nullptr || !(reference->summary.median > 0)) continue;
        measurement.reference = reference->summary.median;
        measurement.ratio = ratio_of(measurement, *reference);
    }
}

std::vector<std::string> noisy_ones(const BenchReport& report) {
    std::vector<std::string> names;
    for (const Measurement& measurement : report.measurements) {
        if (measurement.is_in_blocks && measurement.summary.clean_blocks < clean_blocks_min)
            names.push_back(measurement.name);
    }
    return names;
}

std::string advice(const BenchReport& report) {
    const Measurement* submit = find(report.measurements, "tasks.submit.empty");
    const Measurement* map = find(report.measurements, "tasks.map.empty");
    if (submit == nullptr || map == nullptr || !(submit->summary.median > 0) || !(map->summary.median > 0)) return "";
    const int workers = std::max(1, report.rank_count - 1);
    return fmt::format(
        "With {} worker{} here, overhead stays below 5 % for tasks of {} or longer with submit(), {} with map().",
        workers, workers == 1 ? "" : "s", least_length(submit->summary.median, workers),
        least_length(map->summary.median, workers));
}

}  // namespace rankpool::apps
