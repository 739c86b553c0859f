#include "info_warnings.hpp"

#include <gtest/gtest.h>

namespace rankpool::apps {
namespace {

using Warnings = std::vector<std::string>;

Machine machine(int core_count, std::vector<int> usable_cores, const std::string& host = "cn1") {
    Machine machine;
    machine.host = host;
    machine.core_count = core_count;
    machine.usable_cores = std::move(usable_cores);
    return machine;
}

InfoFacts facts(std::vector<Machine> ranks) {
    InfoFacts facts;
    facts.ranks = std::move(ranks);
    facts.hosts = hosts_of(facts.ranks);
    facts.launch = {Launcher::mpirun, 0, static_cast<int>(facts.ranks.size())};
    facts.mpi_thread_level = "multiple";
    return facts;
}

/// The facts have one warning, and it names this option.
void expect_one(const InfoFacts& facts, const std::string& option) {
    const Warnings warnings = warnings_about(facts);
    ASSERT_EQ(warnings.size(), 1U) << testing::PrintToString(warnings);
    EXPECT_NE(warnings.front().find(option), std::string::npos) << warnings.front();
}

TEST(Hosts, are_grouped_and_their_usable_cores_are_those_of_all_ranks) {
    const auto hosts = hosts_of({machine(4, {0, 1}), machine(4, {0}, "cn2"), machine(4, {1, 3})});
    ASSERT_EQ(hosts.size(), 2U);
    EXPECT_EQ(hosts[0].ranks, (std::vector<int>{0, 2}));
    EXPECT_EQ(hosts[0].machine.usable_cores, (std::vector<int>{0, 1, 3}));
    EXPECT_EQ(hosts[1].ranks, std::vector<int>{1});
}

TEST(Warnings, are_none_for_a_rank_per_core) {
    EXPECT_EQ(warnings_about(facts({machine(2, {0}), machine(2, {1})})), Warnings{});
    EXPECT_EQ(warnings_about(facts({machine(2, {0, 1})})), Warnings{});
}

TEST(Warnings, more_ranks_than_cores_should_yield) {
    InfoFacts crowded = facts({machine(2, {0, 1}), machine(2, {0, 1}), machine(2, {0, 1})});
    expect_one(crowded, "--mca mpi_yield_when_idle 1");
    crowded.yields_when_idle = true;
    EXPECT_EQ(warnings_about(crowded), Warnings{});
}

TEST(Warnings, ranks_bound_to_the_same_core_have_others_to_go_to) {
    expect_one(facts({machine(64, {0}), machine(64, {0})}), "--bind-to none");
}

TEST(Warnings, ranks_without_binding_may_move) {
    expect_one(facts({machine(2, {0, 1}), machine(2, {0, 1})}), "--bind-to core");
}

TEST(Warnings, say_once_what_is_so_on_many_hosts) {
    std::vector<Machine> ranks;
    for (int host = 0; host < 1000; ++host) {
        for (int rank = 0; rank < 2; ++rank) ranks.push_back(machine(64, {0}, "cn" + std::to_string(host)));
    }
    expect_one(facts(std::move(ranks)), "(so it is on 1000 hosts)");
}

TEST(Warnings, threads_of_ranks_should_fit_the_cores) {
    InfoFacts threaded = facts({machine(2, {0}), machine(2, {1})});
    threaded.openmp_threads = 4;
    expect_one(threaded, "OMP_NUM_THREADS=1");
}

TEST(Warnings, ranks_should_use_all_nodes_of_the_job) {
    InfoFacts lonely = facts({machine(2, {0}), machine(2, {1})});
    lonely.allocation.emplace();
    lonely.allocation->system = BatchSystem::pbs;
    lonely.allocation->node_count = 2;
    expect_one(lonely, "mpirun --hostfile $PBS_NODEFILE");
}

TEST(Warnings, a_single_process_leaves_the_job_idle) {
    InfoFacts single = facts({machine(2, {0, 1})});
    single.launch = {};
    single.allocation.emplace();
    single.allocation->rank_count = 6;
    expect_one(single, "mpirun -n 6");
}

TEST(Warnings, separate_copies_by_srun_get_the_command_to_use) {
    InfoFacts copies = facts({machine(2, {0, 1})});
    copies.launch = {Launcher::srun_without_mpi, 0, 3};
    expect_one(copies, "srun --mpi=pmix -n 3");
}

TEST(Warnings, a_busy_machine_spoils_measurements) {
    Machine busy = machine(2, {0, 1});
    busy.load = 8;
    expect_one(facts({busy}), "load 8 on 2 cores");
}

TEST(Warnings, thread_levels_and_library_versions_are_checked) {
    InfoFacts single = facts({machine(2, {0, 1})});
    single.mpi_thread_level = "funneled";
    expect_one(single, "funneled");
    InfoFacts mixed = facts({machine(2, {0, 1})});
    mixed.libraries.hdf5 = "1.14.3";
    mixed.libraries.hdf5_compiled = "1.10.8";
    expect_one(mixed, "1.14.3");
}

}  // namespace
}  // namespace rankpool::apps
