#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "run_program.hpp"

namespace rankpool::apps {
namespace {

using Json = nlohmann::json;

TEST(Info, tells_versions_ranks_and_binding) {
    for (int ranks : {0, 1, 2}) {
        const Ran ran = run_program("info", ranks);
        EXPECT_EQ(ran.exit_code, 0) << ran.err;
        for (const char* part : {"rankpool ", "MPI ", "HDF5 ", "Boost ", "launch: ", "binding", "core"}) {
            EXPECT_NE(ran.out.find(part), std::string::npos) << part << "\n" << ran.out;
        }
    }
}

TEST(Info, writes_one_json_object) {
    for (int ranks : {0, 1, 2}) {
        const Ran ran = run_program("info --json", ranks);
        EXPECT_EQ(ran.exit_code, 0) << ran.err;
        const Json info = Json::parse(ran.out);
        const std::size_t count = ranks == 0 ? 1U : static_cast<std::size_t>(ranks);
        ASSERT_EQ(info.at("ranks").size(), count);
        for (std::size_t rank = 0; rank < count; ++rank) {
            EXPECT_EQ(info.at("ranks").at(rank).at("rank"), rank);
            EXPECT_FALSE(info.at("ranks").at(rank).at("cores").empty());
        }
        ASSERT_EQ(info.at("hosts").size(), 1U);
        EXPECT_EQ(info.at("hosts").at(0).at("ranks").size(), count);
        EXPECT_GT(info.at("hosts").at(0).at("memory_bytes").get<std::uint64_t>(), 0U);
        for (const char* library : {"rankpool", "mpi", "boost", "hdf5", "compiler"}) {
            EXPECT_TRUE(info.at("libraries").contains(library)) << library;
        }
        EXPECT_FALSE(info.at("mpi_thread_level").get<std::string>().empty());
        EXPECT_TRUE(info.at("warnings").is_array());
    }
}

TEST(Info, shows_what_ranks_keep_of_results) {
    const Json results = Json::parse(run_program("info --json", 2).out).at("results");
    EXPECT_GT(results.at("memory_budget").get<std::uint64_t>(), 0U);
    const Json job = Json::parse(run_program("info --json", 2, "env SLURM_JOB_ID=71 SLURM_MEM_PER_NODE=500").out);
    EXPECT_LE(job.at("results").at("memory_budget").get<std::uint64_t>(), std::uint64_t{500 << 20} / 4);
    const std::string text = run_program("--memory-budget 64MiB info", 0).out;
    EXPECT_NE(text.find("keeps 64 MiB in memory"), std::string::npos) << text;
}

TEST(Info, shows_the_batch_job) {
    const std::string job =
        "env SLURM_JOB_ID=71 SLURM_JOB_NAME=energy SLURM_JOB_NODELIST='cn[01-02]' SLURM_JOB_NUM_NODES=2 SLURM_NTASKS=6 "
        "SLURM_MEM_PER_NODE=500 RANKPOOL_TIME_LIMIT_S=600";
    const Json info = Json::parse(run_program("info --json", 0, job).out);
    const Json allocation = info.at("allocation");
    EXPECT_EQ(info.at("time_left_s"), 600);
    EXPECT_EQ(allocation.at("memory_bytes_per_node"), 500 << 20);
    EXPECT_EQ(allocation.at("batch_system"), "Slurm");
    EXPECT_EQ(allocation.at("nodes"), Json({"cn01", "cn02"}));
    const std::string text = run_program("info", 0, job).out;
    for (const char* part : {"Slurm job 71 'energy'", "500 MiB on each node", "10 min"}) {
        EXPECT_NE(text.find(part), std::string::npos) << text;
    }
}

TEST(Info, of_separate_copies_by_srun_speaks_once_and_says_what_to_do) {
    const std::string step = "env SLURM_JOB_ID=71 SLURM_STEP_NUM_TASKS=3 SLURM_PROCID=";
    const Ran first = run_program("info", 0, step + "0");
    EXPECT_EQ(first.exit_code, 0);
    EXPECT_NE(first.out.find("srun --mpi=pmix -n 3"), std::string::npos) << first.out;
    EXPECT_EQ(run_program("info", 0, step + "1").out, "");
}

}  // namespace
}  // namespace rankpool::apps
