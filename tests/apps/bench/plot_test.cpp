#include "bench/plot.hpp"

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>

namespace rankpool::apps {
namespace {

Measurement compared(const char* name, const char* unit, double ratio) {
    return {.name = name,
            .unit = unit,
            .summary = {1, 1, 1, 9, 9},
            .reference_name = "raw",
            .reference = 1,
            .ratio = ratio};
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

TEST(Plot, has_a_bar_for_each_ratio_and_tells_better_from_worse) {
    BenchReport report;
    report.rank_count = 2;
    report.hosts = {"cn1"};
    report.measurements = {compared("tasks", "tasks/s", 3),
                           compared("latency", "us", 2),
                           compared("startup", "ms", 0.5),
                           {.name = "memory", .unit = "B/task", .summary = {1, 1, 1, 9, 9}}};
    const std::string svg = bench_svg(report);
    EXPECT_EQ(count(svg, "#4477aa"), 2U);  // Of times, less is better.
    EXPECT_EQ(count(svg, "#cc6677"), 1U);
    EXPECT_EQ(svg.find("memory"), std::string::npos);
    EXPECT_NE(svg.find("2.00 × raw"), std::string::npos);
    EXPECT_EQ(svg.rfind("<svg ", 0), 0U);
    EXPECT_EQ(svg.substr(svg.size() - 7), "</svg>\n");
}

TEST(Plot, that_cannot_be_written_says_so) {
    EXPECT_THROW(write_bench_plot("/no/such/directory/plot.svg", {}), ConfigError);
}

}  // namespace
}  // namespace rankpool::apps
