#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/ranks_check.hpp>

namespace rankpool {
namespace {

using testing::HasSubstr;

RankPlace place(const std::string& host, std::initializer_list<std::size_t> cores, int launcher_core_count) {
    RankPlace place;
    host.copy(place.host.data(), place.host.size() - 1);
    for (const std::size_t core : cores) place.cores[core / 64] |= std::uint64_t{1} << (core % 64);
    place.launcher_core_count = launcher_core_count;
    return place;
}

std::string complaint_about(const std::vector<RankPlace>& places) {
    try {
        require_separate_cores(places);
    } catch (const LaunchError& error) {
        return error.what();
    }
    return "";
}

TEST(RanksCheck, refuses_ranks_bound_to_the_same_cores) {
    EXPECT_THAT(
        complaint_about({place("n1", {0}, 16), place("n2", {0}, 16), place("n2", {0}, 16), place("n2", {1}, 16)}),
        HasSubstr("2 ranks on n2 are bound to core 0, though the launcher had 16 cores there"));
    EXPECT_THAT(complaint_about({place("n1", {70}, 128), place("n1", {70}, 128)}), HasSubstr("bound to core 70"));
    EXPECT_THAT(complaint_about({place("n1", {70}, 128), place("n1", {70}, 128)}), HasSubstr("mpirun --bind-to none"));
}

TEST(RanksCheck, refuses_ranks_bound_to_the_same_cores_beside_others_that_are_not) {
    EXPECT_THAT(complaint_about({place("n1", {0}, 16), place("n1", {0}, 16), place("n1", {4, 5, 6, 7}, 16)}),
                HasSubstr("2 ranks on n1 are bound to core 0,"));
    EXPECT_THAT(complaint_about({place("n1", {0, 1}, 16), place("n1", {0}, 16), place("n1", {1}, 16)}),
                HasSubstr("3 ranks on n1 are bound to cores 0-1,"));
    // Sockets that several share have enough for all of them.
    EXPECT_EQ(complaint_about({place("n1", {0, 1}, 4), place("n1", {0, 1}, 4), place("n1", {2, 3}, 4)}), "");
}

TEST(RanksCheck, warns_of_threads_that_share_cores) {
    const auto with_threads = [](RankPlace place, int threads) {
        place.thread_count = threads;
        return place;
    };
    const std::vector<RankPlace> crowded{with_threads(place("n1", {0, 1}, 8), 2),
                                         with_threads(place("n1", {0, 1}, 8), 2)};
    EXPECT_EQ(complaint_about(crowded), "");
    EXPECT_THAT(crowded_threads(crowded), HasSubstr("2 ranks on n1 are bound to cores 0-1 and have 4 threads there"));
    EXPECT_THAT(crowded_threads(crowded), HasSubstr("mpirun --map-by slot:PE=N"));
    const std::vector<RankPlace> spread{with_threads(place("n1", {0, 1}, 8), 2),
                                        with_threads(place("n1", {2, 3}, 8), 2)};
    EXPECT_EQ(crowded_threads(spread), "");
    // More threads than cores in all, and more than its own in a rank that is alone there: somebody wants that.
    EXPECT_EQ(
        crowded_threads(std::vector{with_threads(place("n1", {0, 1}, 2), 2), with_threads(place("n1", {0, 1}, 2), 2)}),
        "");
    EXPECT_EQ(crowded_threads(std::vector{with_threads(place("n1", {0}, 8), 4)}), "");
}

Allocation job_of(BatchSystem system, int ranks, int nodes) {
    Allocation job;
    job.system = system;
    job.rank_count = ranks;
    job.node_count = nodes;
    return job;
}

std::string complaint_about(const Launch& launch, const Allocation& job, const std::vector<std::string>& arguments,
                            const std::vector<RankPlace>& places) {
    try {
        require_whole_allocation(launch, job, arguments, places);
    } catch (const LaunchError& error) {
        return error.what();
    }
    return "";
}

TEST(RanksCheck, refuses_a_program_without_a_launcher_where_ranks_were_asked_for) {
    const Launch by_hand;
    EXPECT_THAT(complaint_about(by_hand, job_of(BatchSystem::slurm, 8, 2), {}, {}),
                HasSubstr("this Slurm job has 8 tasks on 2 nodes, but the program was started without a launcher"));
    EXPECT_THAT(complaint_about(by_hand, job_of(BatchSystem::slurm, 8, 2), {}, {}),
                HasSubstr("`srun --mpi=pmix -n 8 PROGRAM`"));
    EXPECT_THAT(complaint_about(by_hand, job_of(BatchSystem::pbs, 8, 1), {}, {}),
                HasSubstr("`mpirun --hostfile $PBS_NODEFILE -n 8 PROGRAM`"));
    EXPECT_EQ(complaint_about(by_hand, job_of(BatchSystem::slurm, 1, 1), {}, {}), "");
    EXPECT_EQ(complaint_about(by_hand, job_of(BatchSystem::slurm, 0, 1), {}, {}), "");
    EXPECT_EQ(complaint_about({Launcher::srun_without_mpi, 0, 1}, job_of(BatchSystem::slurm, 4, 1), {}, {}), "");
    EXPECT_NO_THROW(require_whole_allocation(by_hand, std::nullopt, {}, {}));
}

TEST(RanksCheck, refuses_an_mpirun_that_does_not_know_of_the_job) {
    const Launch two{Launcher::mpirun, 0, 2};
    const std::vector<RankPlace> places{place("n1", {0}, 4), place("n1", {1}, 4)};
    const Allocation job = job_of(BatchSystem::pbs, 8, 2);
    EXPECT_THAT(
        complaint_about(two, job, {"mpirun", "./program", "n"}, places),
        HasSubstr("this PBS job has 8 tasks on 2 nodes, but mpirun started 2 ranks, because it does not know of"));
    // A part of the job, for whoever says so.
    for (const char* const option : {"-n", "-np", "--np", "--hostfile", "-H", "--map-by"}) {
        EXPECT_EQ(complaint_about(two, job, {"mpirun", option, "2", "./program"}, places), "") << option;
    }
    EXPECT_EQ(complaint_about(two, job, {}, places), "");
    EXPECT_EQ(complaint_about(two, job, {"/usr/bin/orted", "-mca", "ess"}, places), "");  // On another host.
    EXPECT_EQ(complaint_about({Launcher::srun, 0, 2}, job, {"slurmstepd: [1.0]"}, places), "");
}

TEST(RanksCheck, refuses_all_ranks_on_a_part_of_the_nodes) {
    const Launch four{Launcher::mpirun, 0, 4};
    const std::vector<RankPlace> one_node(4, place("n1", {0, 1, 2, 3}, 4));
    EXPECT_THAT(complaint_about(four, job_of(BatchSystem::pbs, 4, 2), {"mpirun", "-n", "4"}, one_node),
                HasSubstr("but all 4 ranks run on 1 of them, and the rest is idle"));
    EXPECT_EQ(complaint_about(four, job_of(BatchSystem::pbs, 4, 1), {"mpirun", "-n", "4"}, one_node), "");
    EXPECT_EQ(complaint_about(four, job_of(BatchSystem::pbs, 8, 2), {"mpirun", "-n", "4"}, one_node), "");
    EXPECT_EQ(complaint_about(four, job_of(BatchSystem::slurm, 4, 2), {},
                              {place("n1", {0}, 4), place("n1", {1}, 4), place("n2", {0}, 4), place("n2", {1}, 4)}),
              "");
}

TEST(RanksCheck, accepts_ranks_that_share_for_good_reason) {
    EXPECT_EQ(complaint_about({}), "");
    EXPECT_EQ(complaint_about({place("n1", {0}, 4), place("n2", {0}, 4)}), "");        // A rank per node.
    EXPECT_EQ(complaint_about({place("n1", {0, 1}, 2), place("n1", {0, 1}, 2)}), "");  // Not bound.
    EXPECT_EQ(complaint_about({place("n1", {0}, 1), place("n1", {0}, 1)}), "");        // A container.
    EXPECT_EQ(complaint_about({place("n1", {0}, 2), place("n1", {0}, 2), place("n1", {1}, 2)}), "");  // Too many ranks.
    EXPECT_EQ(complaint_about({place("n1", {0}, 0), place("n1", {0}, 0)}), "");                       // Nobody tells.
}

TEST(RanksCheck, refuses_ranks_that_mpi_did_not_connect) {
    EXPECT_NO_THROW(require_connected({Launcher::mpirun, 0, 4}, 4));
    EXPECT_NO_THROW(require_connected({Launcher::mpirun, 0, 0}, 4));
    EXPECT_NO_THROW(require_connected({Launcher::none, 0, 1}, 1));
    EXPECT_NO_THROW(require_connected({Launcher::srun, 0, 2}, 4));  // Of another part of a heterogeneous job, too.
    try {
        require_connected({Launcher::srun, 0, 8}, 4);
        FAIL();
    } catch (const LaunchError& error) {
        EXPECT_THAT(error.what(),
                    HasSubstr("srun started 8 copies of this program, but its MPI connects only 4 of them"));
    }
    for (const auto& [launcher, what_to_do] :
         {std::pair{Launcher::srun, "srun --mpi=pmix -n 4"}, std::pair{Launcher::mpirun, "ldd PROGRAM | grep mpi"},
          std::pair{Launcher::hydra, "ldd PROGRAM | grep mpi"}}) {
        try {
            require_connected({launcher, 0, 4}, 1);
            FAIL();
        } catch (const LaunchError& error) {
            EXPECT_THAT(error.what(), HasSubstr("started 4 copies of this program"));
            EXPECT_THAT(error.what(), HasSubstr(what_to_do));
        }
    }
}

TEST(RanksCheck, finds_the_place_of_this_process) {
    const RankPlace here = current_rank_place();
    EXPECT_NE(here.host[0], '\0');
    EXPECT_GT(here.launcher_core_count, 0);
    EXPECT_NO_THROW(require_separate_cores(std::vector<RankPlace>(1, here)));
}

}  // namespace
}  // namespace rankpool
