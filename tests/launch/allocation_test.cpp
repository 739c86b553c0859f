#include <gtest/gtest.h>

#include <rankpool/launch/allocation.hpp>

namespace rankpool {
namespace {

/// Recorded inside `sbatch -N 2 -n 6 -J energy` of Slurm 22.05, without what is not about the job.
Environment slurm_batch_script() {
    return {{"SLURMD_NODENAME", "node1"},
            {"SLURM_CLUSTER_NAME", "local"},
            {"SLURM_CPUS_ON_NODE", "4"},
            {"SLURM_GTIDS", "0"},
            {"SLURM_JOBID", "1"},
            {"SLURM_JOB_CPUS_PER_NODE", "4,2"},
            {"SLURM_JOB_ID", "1"},
            {"SLURM_JOB_NAME", "energy"},
            {"SLURM_JOB_NODELIST", "node[1-2]"},
            {"SLURM_JOB_NUM_NODES", "2"},
            {"SLURM_JOB_PARTITION", "debug"},
            {"SLURM_LOCALID", "0"},
            {"SLURM_NNODES", "2"},
            {"SLURM_NODEID", "0"},
            {"SLURM_NODELIST", "node[1-2]"},
            {"SLURM_NPROCS", "6"},
            {"SLURM_NTASKS", "6"},
            {"SLURM_PROCID", "0"},
            {"SLURM_SUBMIT_DIR", "/home/ann/energy"},
            {"SLURM_SUBMIT_HOST", "login1"},
            {"SLURM_TASKS_PER_NODE", "4,2"}};
}

/// Recorded inside element 2 of `qsub -J 0-3 -l select=2:ncpus=4:mpiprocs=2` of OpenPBS 23.06.
Environment pbs_array_element() {
    return {{"NCPUS", "4"},
            {"OMP_NUM_THREADS", "4"},
            {"PBS_ARRAY_ID", "7[].pbshost"},
            {"PBS_ARRAY_INDEX", "2"},
            {"PBS_ENVIRONMENT", "PBS_BATCH"},
            {"PBS_JOBID", "7[2].pbshost"},
            {"PBS_JOBNAME", "arr"},
            {"PBS_NODEFILE", "/var/spool/pbs/aux/7[2].pbshost"},
            {"PBS_NODENUM", "0"},
            {"PBS_O_HOST", "pbshost"},
            {"PBS_O_WORKDIR", "/home/ann/scan"},
            {"PBS_QUEUE", "workq"}};
}

TEST(Allocation, knows_the_memory_of_each_node_where_it_was_asked_for) {
    Environment environment = slurm_batch_script();
    EXPECT_EQ(read_allocation(environment, "")->memory_bytes_per_node, std::nullopt);
    environment["SLURM_MEM_PER_NODE"] = "500";
    EXPECT_EQ(read_allocation(environment, "")->memory_bytes_per_node, 500U << 20);
    environment["SLURM_MEM_PER_NODE"] = "0";
    EXPECT_EQ(read_allocation(environment, "")->memory_bytes_per_node, std::nullopt);
}

TEST(Allocation, is_absent_outside_of_jobs) {
    EXPECT_EQ(read_allocation({}, ""), std::nullopt);
    EXPECT_EQ(read_allocation({{"SLURM_CONF", "/etc/slurm/slurm.conf"}, {"PBS_SERVER", "pbshost"}}, ""), std::nullopt);
}

TEST(Allocation, of_a_slurm_batch_script_is_read) {
    Allocation expected;
    expected.system = BatchSystem::slurm;
    expected.job_id = "1";
    expected.job_name = "energy";
    expected.queue = "debug";
    expected.submit_directory = "/home/ann/energy";
    expected.nodes = {"node1", "node2"};
    expected.node_count = 2;
    expected.cpus_per_node = {4, 2};
    expected.rank_count = 6;
    EXPECT_EQ(read_allocation(slurm_batch_script(), ""), expected);
}

TEST(Allocation, of_a_requeued_element_of_a_slurm_array_tells_its_index_and_restarts) {
    Environment environment = slurm_batch_script();
    environment["SLURM_ARRAY_JOB_ID"] = "2";
    environment["SLURM_ARRAY_TASK_ID"] = "4";
    environment["SLURM_RESTART_COUNT"] = "1";
    const auto allocation = read_allocation(environment, "");
    ASSERT_TRUE(allocation);
    EXPECT_EQ(allocation->array_index, 4);
    EXPECT_EQ(allocation->restart_count, 1);
}

TEST(Allocation, of_a_pbs_job_is_read_from_its_node_file) {
    Allocation expected;
    expected.system = BatchSystem::pbs;
    expected.job_id = "7[2].pbshost";
    expected.job_name = "arr";
    expected.queue = "workq";
    expected.submit_directory = "/home/ann/scan";
    expected.nodes = {"pbshost", "pbsnode2"};
    expected.node_count = 2;
    expected.cpus_per_node = {4, 4};
    expected.rank_count = 4;
    expected.array_index = 2;
    EXPECT_EQ(read_allocation(pbs_array_element(), "pbshost\npbshost\npbsnode2\npbsnode2\n"), expected);
}

TEST(Allocation, leaves_empty_what_does_not_have_the_documented_form) {
    const Environment odd{{"SLURM_JOB_ID", "9"},
                          {"SLURM_JOB_NODELIST", "node[1-"},
                          {"SLURM_JOB_CPUS_PER_NODE", "many"},
                          {"SLURM_NTASKS", "-4"},
                          {"SLURM_ARRAY_TASK_ID", "99999999999999999999"}};
    Allocation expected;
    expected.job_id = "9";
    EXPECT_EQ(read_allocation(odd, ""), expected);
}

}  // namespace
}  // namespace rankpool
