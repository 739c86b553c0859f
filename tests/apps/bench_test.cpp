#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "run_program.hpp"

namespace rankpool::apps {
namespace {

using Json = nlohmann::json;

using Measurements = std::map<std::string, Json>;

// What is not compared with MPI or a farm, and so can be measured with one rank, too.
const std::vector<std::string> names_of_one_rank = {"tasks.submit.empty",
                                                    "tasks.map.empty",
                                                    "latency.round_trip",
                                                    "payload.1KiB",
                                                    "payload.64KiB",
                                                    "payload.1MiB",
                                                    "payload.16MiB",
                                                    "payload.1KiB.pipelined",
                                                    "payload.1MiB.argument",
                                                    "payload.1MiB.result",
                                                    "tasks.submit.1us",
                                                    "tasks.map.1ms",
                                                    "efficiency.submit.1us",
                                                    "efficiency.submit.10us",
                                                    "efficiency.submit.100us",
                                                    "efficiency.map.1us",
                                                    "memory.queued_task",
                                                    "startup.first_result",
                                                    "startup.shutdown",
                                                    "idle.cpu",
                                                    "metg.none",
                                                    "metg.chain",
                                                    "metg.stencil",
                                                    "metg.random",
                                                    "metg.fft",
                                                    "metg.tree",
                                                    "metg.fan",
                                                    "scheduler.1k_workers",
                                                    "scheduler.100k_workers",
                                                    "work.1us"};
const std::vector<std::string> references = {
    "raw.round_trip",   "raw.message",     "raw.echo.1KiB",      "raw.echo.16MiB", "raw.startup",
    "raw.metg.stencil", "farm.round_trip", "farm.naive",         "farm.batch16",   "farm.batch64",
    "farm.naive.1us",   "farm.tuned.1ms",  "efficiency.farm.1us"};

/// Checks the form of a report; how long anything takes is not tested, since that is what the program is for.
Measurements measurements_of(const Json& report) {
    Measurements measurements;
    for (const Json& measurement : report.at("measurements")) {
        const std::string name = measurement.at("name");
        EXPECT_FALSE(measurements.contains(name)) << name << " is there twice";
        measurements[name] = measurement;
        for (const char* figure : {"median", "min", "max"}) {
            const double value = measurement.at(figure);
            EXPECT_TRUE(std::isfinite(value)) << name;
            // An idle worker may well sleep all the time.
            EXPECT_TRUE(value > 0 || (value == 0 && name == "idle.cpu")) << name << ": " << value;
        }
        EXPECT_FALSE(measurement.at("unit").get<std::string>().empty()) << name;
        EXPECT_EQ(measurement.at("reference").is_null(), measurement.at("ratio").is_null()) << name;
        if (!measurement.at("ratio").is_null()) {
            EXPECT_GT(measurement.at("ratio").get<double>(), 0.0) << name;
        }
    }
    return measurements;
}

void expect_names(const Measurements& measurements, const std::vector<std::string>& names) {
    for (const std::string& name : names) EXPECT_TRUE(measurements.contains(name)) << name;
}

TEST(Bench, measures_everything_it_names) {
    for (int ranks : {2, 4}) {
        const Ran ran = run_program("bench all --json --seconds 2", ranks);
        ASSERT_EQ(ran.exit_code, 0) << ran.err;
        const Json report = Json::parse(ran.out);
        EXPECT_EQ(report.at("rank_count"), ranks);
        EXPECT_EQ(report.at("not_measured"), "");
        const Measurements measurements = measurements_of(report);
        expect_names(measurements, names_of_one_rank);
        expect_names(measurements, references);
        for (const auto& [name, reference] :
             {std::pair{"tasks.submit.empty", "farm.naive"}, std::pair{"latency.round_trip", "raw.round_trip"},
              std::pair{"payload.1MiB", "raw.echo.1MiB"}, std::pair{"efficiency.map.1us", "efficiency.farm.1us"},
              std::pair{"metg.stencil", "raw.metg.stencil"}}) {
            EXPECT_EQ(measurements.at(name).at("reference_name"), reference);
            EXPECT_EQ(measurements.at(name).at("reference"), measurements.at(reference).at("median"));
        }
    }
}

TEST(Bench, with_one_rank_measures_what_needs_no_other_and_says_so) {
    for (int ranks : {0, 1}) {
        const Ran ran = run_program("bench --json --seconds 1", ranks);
        ASSERT_EQ(ran.exit_code, 0) << ran.err;
        const Json report = Json::parse(ran.out);
        const std::string words = report.at("not_measured");
        EXPECT_NE(words.find("mpirun -n 2 rankpool bench"), std::string::npos) << words;
        const Measurements measurements = measurements_of(report);
        expect_names(measurements, names_of_one_rank);
        EXPECT_FALSE(measurements.contains("raw.round_trip"));
    }
}

TEST(Bench, of_one_topic_measures_that_and_what_it_is_compared_with) {
    const Ran ran = run_program("bench latency --json --seconds 0.2", 2);
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    std::set<std::string> names;
    for (const auto& [name, measurement] : measurements_of(Json::parse(ran.out))) names.insert(name);
    EXPECT_EQ(names, (std::set<std::string>{"latency.round_trip", "raw.round_trip", "raw.message", "farm.round_trip"}));
    for (const char* topic : {"tasks", "graph", "memory", "startup", "scheduler", "idle"}) {
        const Ran other = run_program(std::string("bench ") + topic + " --json --seconds 0.1", 2);
        ASSERT_EQ(other.exit_code, 0) << other.err;
        EXPECT_FALSE(measurements_of(Json::parse(other.out)).empty()) << topic;
    }
}

TEST(Bench, draws_its_ratios) {
    const std::string path = testing::TempDir() + "bench_plot.svg";
    const Ran ran = run_program("bench latency --seconds 0.2 --plot " + path, 2);
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    std::ifstream file(path);
    const std::string svg{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(svg.find("latency.round_trip"), std::string::npos);
    std::remove(path.c_str());
}

TEST(Bench, help_teaches_how_to_start_it) {
    const Ran ran = run_program("bench --help");
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_NE(ran.out.find("mpirun -n 2 rankpool bench"), std::string::npos);
    for (const char* topic :
         {"tasks", "latency", "payload", "graph", "memory", "startup", "scheduler", "idle", "all"}) {
        EXPECT_NE(ran.out.find(topic), std::string::npos) << topic;
    }
}

TEST(Bench, of_separate_copies_by_srun_refuses_once) {
    const std::string step = "env SLURM_JOB_ID=71 SLURM_STEP_NUM_TASKS=3 SLURM_PROCID=";
    const Ran first = run_program("bench", 0, step + "0");
    EXPECT_EQ(first.exit_code, 2);
    EXPECT_NE(first.err.find("srun --mpi=pmix -n 3"), std::string::npos) << first.err;
    EXPECT_EQ(run_program("bench", 0, step + "1").err, "");
}

TEST(Bench, refuses_no_time_at_all) {
    const Ran ran = run_program("bench --seconds 0", 2);
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_NE(ran.err.find("--seconds"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace rankpool::apps
