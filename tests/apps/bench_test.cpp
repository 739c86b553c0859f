#include <cmath>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "run_program.hpp"

namespace rankpool::apps {
namespace {

using Json = nlohmann::json;

const char* const names[] = {"tasks.submit.empty", "tasks.map.empty",      "latency.round_trip", "payload.1MiB",
                             "payload.16MiB",      "startup.first_result", "memory.queued_task", "idle.cpu",
                             "raw.round_trip",     "raw.message",          "raw.echo.1MiB",      "raw.echo.16MiB",
                             "farm.round_trip",    "farm.naive",           "farm.batch16",       "farm.batch64"};

// How long anything takes is not tested: that is what the program is for.
TEST(Bench, measures_everything_it_names) {
    for (int ranks : {2, 3}) {
        const Ran ran = run_program("bench --json --seconds 5", ranks);
        ASSERT_EQ(ran.exit_code, 0) << ran.err;
        const Json report = Json::parse(ran.out);
        EXPECT_EQ(report.at("rank_count"), ranks);
        std::map<std::string, Json> measurements;
        for (const Json& measurement : report.at("measurements")) measurements[measurement.at("name")] = measurement;
        EXPECT_EQ(measurements.size(), std::size(names));
        for (const char* name : names) {
            ASSERT_TRUE(measurements.contains(name)) << name;
            const Json& measurement = measurements[name];
            for (const char* figure : {"median", "min", "max"}) {
                const double value = measurement.at(figure);
                EXPECT_TRUE(std::isfinite(value)) << name;
                // An idle worker may well sleep all the time.
                EXPECT_TRUE(value > 0 || (value == 0 && std::string(name) == "idle.cpu")) << name << ": " << value;
            }
            EXPECT_FALSE(measurement.at("unit").get<std::string>().empty()) << name;
            if (!measurement.at("reference").is_null()) {
                EXPECT_GT(measurement.at("ratio").get<double>(), 0.0) << name;
            }
        }
    }
}

TEST(Bench, with_one_rank_says_how_to_start_it) {
    for (int ranks : {0, 1}) {
        const Ran ran = run_program("bench", ranks);
        EXPECT_EQ(ran.exit_code, 2);
        EXPECT_EQ(ran.out, "");
        EXPECT_NE(ran.err.find("mpirun -n 2 rankpool bench"), std::string::npos) << ran.err;
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
