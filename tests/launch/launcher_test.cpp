#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/launcher.hpp>

namespace rankpool {
namespace {

/// What a batch script of Slurm 22.05 sees of its job: sbatch -N 2 -n 6.
Environment batch_script() {
    return {{"SLURM_JOB_ID", "1"}, {"SLURM_JOB_NUM_NODES", "2"},   {"SLURM_LOCALID", "0"},
            {"SLURM_NODEID", "0"}, {"SLURM_NPROCS", "6"},          {"SLURM_NTASKS", "6"},
            {"SLURM_PROCID", "0"}, {"SLURM_TASKS_PER_NODE", "4,2"}};
}

/// What the second of `srun -n 3` in that script sees in addition.
Environment srun_step() {
    Environment environment = batch_script();
    environment["SLURM_NTASKS"] = "3";
    environment["SLURM_PROCID"] = "1";
    environment["SLURM_STEP_ID"] = "0";
    environment["SLURM_STEP_NUM_TASKS"] = "3";
    environment["SLURM_SRUN_COMM_PORT"] = "36617";
    return environment;
}

TEST(Launch, of_a_program_started_by_hand_is_one_process) {
    EXPECT_EQ(read_launch({}), (Launch{Launcher::none, 0, 1}));
    EXPECT_FALSE(read_launch({}).is_multi_rank());
}

TEST(Launch, directly_from_a_batch_script_is_one_process_although_SLURM_PROCID_is_set) {
    EXPECT_EQ(read_launch(batch_script()), (Launch{Launcher::none, 0, 1}));
}

TEST(Launch, by_mpirun_is_recognised_also_inside_a_job) {
    for (Environment environment : {Environment{}, batch_script(), srun_step()}) {
        environment["OMPI_COMM_WORLD_RANK"] = "2";
        environment["OMPI_COMM_WORLD_SIZE"] = "5";
        environment["PMIX_RANK"] = "2";
        EXPECT_EQ(read_launch(environment), (Launch{Launcher::mpirun, 2, 5}));
        EXPECT_TRUE(read_launch(environment).is_multi_rank());
    }
}

TEST(Launch, by_mpirun_with_one_rank_is_not_multi_rank) {
    EXPECT_FALSE(read_launch({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "1"}}).is_multi_rank());
}

TEST(Launch, by_hydra_is_recognised) {
    EXPECT_EQ(read_launch({{"PMI_RANK", "1"}, {"PMI_SIZE", "4"}, {"PMI_FD", "9"}}), (Launch{Launcher::hydra, 1, 4}));
}

TEST(Launch, by_srun_with_pmix_is_recognised) {
    Environment environment = srun_step();
    environment["PMIX_RANK"] = "1";
    environment["PMIX_NAMESPACE"] = "slurm.pmix.1.0";
    environment["SLURM_MPI_TYPE"] = "pmix";
    EXPECT_EQ(read_launch(environment), (Launch{Launcher::srun, 1, 3}));
}

TEST(Launch, by_srun_with_pmi2_is_recognised) {
    Environment environment = srun_step();
    environment.merge(Environment{{"PMI_RANK", "1"}, {"PMI_SIZE", "3"}, {"SLURM_MPI_TYPE", "pmi2"}});
    EXPECT_EQ(read_launch(environment), (Launch{Launcher::srun, 1, 3}));
}

TEST(Launch, by_srun_with_a_plugin_of_a_vendor_is_left_to_mpi) {
    Environment environment = srun_step();
    environment["SLURM_MPI_TYPE"] = "cray_shasta";
    EXPECT_EQ(read_launch(environment), (Launch{Launcher::srun, 1, 3}));
}

TEST(Launch, of_a_single_task_by_srun_is_one_process) {
    Environment environment = srun_step();
    environment["SLURM_STEP_NUM_TASKS"] = "1";
    environment["SLURM_PROCID"] = "0";
    EXPECT_EQ(read_launch(environment), (Launch{Launcher::srun_without_mpi, 0, 1}));
    EXPECT_FALSE(read_launch(environment).is_multi_rank());
    EXPECT_NO_THROW(require_usable(read_launch(environment)));
}

TEST(Launch, without_a_count_may_have_many_ranks) {
    EXPECT_EQ(read_launch({{"PMIX_RANK", "0"}}), (Launch{Launcher::mpirun, 0, 0}));
    EXPECT_TRUE(read_launch({{"PMIX_RANK", "0"}}).is_multi_rank());
}

TEST(Launch, of_separate_copies_by_srun_is_refused_with_the_command_to_use) {
    const Launch launch = read_launch(srun_step());
    EXPECT_EQ(launch, (Launch{Launcher::srun_without_mpi, 1, 3}));
    try {
        require_usable(launch);
        FAIL() << "was accepted";
    } catch (const LaunchError& error) {
        EXPECT_NE(std::string(error.what()).find("srun --mpi=pmix -n 3"), std::string::npos) << error.what();
    }
}

TEST(Launch, is_described_for_people) {
    EXPECT_EQ(describe({Launcher::none, 0, 1}), "started directly, 1 process");
    EXPECT_EQ(describe({Launcher::mpirun, 3, 4}), "mpirun, 4 ranks");
    EXPECT_EQ(describe({Launcher::mpirun, 0, 0}), "mpirun, an unknown number of ranks");
    EXPECT_EQ(describe({Launcher::hydra, 0, 1}), "mpiexec, 1 rank");
    EXPECT_EQ(describe({Launcher::srun, 0, 2}), "srun, 2 ranks");
    EXPECT_EQ(describe({Launcher::srun_without_mpi, 0, 1}), "srun without MPI, 1 process");
    EXPECT_EQ(describe({Launcher::srun_without_mpi, 0, 2}), "srun without MPI, 2 separate copies");
}

}  // namespace
}  // namespace rankpool
