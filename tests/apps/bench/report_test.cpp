#include "bench/report.hpp"

#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "bench/output.hpp"

namespace rankpool::apps {
namespace {

BenchReport report() {
    BenchReport report;
    report.rank_count = 3;
    report.hosts = {"cn1"};
    report.measurements = {{"tasks.submit.empty", "tasks/s", {5e6, 4e6, 6e6, 20, 25}, true, {}, "farm.batch16"},
                           {"tasks.map.empty", "tasks/s", {30e6, 28e6, 31e6, 20, 25}, true, {}, "farm.batch64"},
                           {"farm.batch16", "tasks/s", {20e6, 19e6, 21e6, 4, 25}}};
    compare(report.measurements);
    return report;
}

TEST(BenchReport, compares_with_measurements_of_the_same_run) {
    const BenchReport compared = report();
    EXPECT_EQ(compared.measurements[0].reference_name, "farm.batch16");
    EXPECT_EQ(compared.measurements[0].ratio, 0.25);
    EXPECT_EQ(compared.measurements[1].ratio, std::nullopt);  // farm.batch64 was not measured.
}

TEST(BenchReport, compares_round_by_round_because_machines_change_their_speed) {
    const double none = std::nan("");
    const Measurement pool{"pool", "us", {2, 2, 2, 9, 9}, true, {2, 2, 6, none, 7}};
    const Measurement farm{"farm", "us", {1, 1, 1, 9, 9}, true, {1, 1, 2, 5, none}};
    EXPECT_DOUBLE_EQ(ratio_of(pool, farm), 2);  // Of 2, 2 and 3.
    EXPECT_DOUBLE_EQ(ratio_of(pool, {"farm", "us", {4, 4, 4, 0, 9}, true, {none, none}}), 0.5);
}

TEST(BenchReport, names_what_had_too_few_clean_blocks) {
    EXPECT_EQ(noisy_ones(report()), std::vector<std::string>{"farm.batch16"});
    EXPECT_NE(bench_text(report()).find("be sure of farm.batch16"), std::string::npos);
}

TEST(BenchReport, advises_how_long_tasks_should_be) {
    EXPECT_EQ(
        advice(report()),
        "With 2 workers here, overhead stays below 5 % for tasks of 10 µs or longer with submit(), 2.0 µs with map().");
    EXPECT_EQ(advice(BenchReport()), "");
}

TEST(BenchReport, is_a_table_for_people) {
    const std::string text = bench_text(report());
    EXPECT_NE(text.find("5.0 M tasks/s"), std::string::npos) << text;
    EXPECT_NE(text.find("0.25 x farm.batch16"), std::string::npos) << text;
}

TEST(BenchReport, is_json_for_scripts) {
    const auto json = nlohmann::json::parse(bench_json(report()));
    const auto& submit = json.at("measurements").at(0);
    EXPECT_EQ(submit.at("name"), "tasks.submit.empty");
    EXPECT_EQ(submit.at("median"), 5e6);
    EXPECT_EQ(submit.at("reference"), 20e6);
    EXPECT_EQ(submit.at("ratio"), 0.25);
    EXPECT_TRUE(json.at("measurements").at(1).at("ratio").is_null());
    EXPECT_EQ(json.at("noisy"), nlohmann::json({"farm.batch16"}));
}

}  // namespace
}  // namespace rankpool::apps
