#include <gtest/gtest.h>

#include <rankpool/launch/machine.hpp>

namespace rankpool {
namespace {

TEST(Machine, tells_what_every_process_has) {
    const Machine machine = current_machine();
    EXPECT_FALSE(machine.host.empty());
    EXPECT_FALSE(machine.usable_cores.empty());
    EXPECT_GE(machine.core_count, 1);
    EXPECT_GT(machine.memory_bytes, 0U);
    EXPECT_GE(machine.load, 0.0);
    EXPECT_LT(machine.memory_limit_bytes.value_or(0), machine.memory_bytes);
}

TEST(Machine, is_bound_when_some_cores_are_closed_to_us) {
    Machine machine;
    machine.core_count = 4;
    machine.usable_cores = {0, 1, 2, 3};
    EXPECT_FALSE(machine.is_bound());
    machine.usable_cores = {2};
    EXPECT_TRUE(machine.is_bound());
}

TEST(Cores, are_described_in_ranges) {
    EXPECT_EQ(describe_cores(std::vector<int>{}), "no cores");
    EXPECT_EQ(describe_cores(std::vector<int>{3}), "core 3");
    EXPECT_EQ(describe_cores(std::vector<int>{0, 1}), "cores 0-1");
    EXPECT_EQ(describe_cores(std::vector<int>{0, 1, 2, 5, 8, 9}), "cores 0-2,5,8-9");
}

TEST(Memory, total_is_read_from_meminfo) {
    EXPECT_EQ(parse_memory_total("MemTotal:       24683632 kB\nMemFree:  1 kB\n"), 24683632ULL * 1024);
    EXPECT_EQ(parse_memory_total(""), 0U);
    EXPECT_EQ(parse_memory_total("MemTotal:"), 0U);
}

TEST(Memory, limits_are_looked_for_in_our_control_group_and_all_around_it) {
    EXPECT_EQ(memory_limit_files("0::/system.slice/slurmstepd.scope/job_7\n"),
              (std::vector<std::string>{"/sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/memory.max",
                                        "/sys/fs/cgroup/system.slice/slurmstepd.scope/memory.max",
                                        "/sys/fs/cgroup/system.slice/memory.max", "/sys/fs/cgroup/memory.max"}));
    EXPECT_EQ(memory_limit_files("8:pids:/\n4:memory:/slurm/job_7\n3:cpuset:/"),
              (std::vector<std::string>{"/sys/fs/cgroup/memory/slurm/job_7/memory.limit_in_bytes",
                                        "/sys/fs/cgroup/memory/slurm/memory.limit_in_bytes",
                                        "/sys/fs/cgroup/memory/memory.limit_in_bytes"}));
    EXPECT_EQ(memory_limit_files("nonsense"), std::vector<std::string>{});
}

TEST(Memory, limits_that_mean_none_are_none) {
    EXPECT_EQ(parse_memory_limit("max\n"), std::nullopt);
    EXPECT_EQ(parse_memory_limit("9223372036854771712\n"), std::nullopt);
    EXPECT_EQ(parse_memory_limit(""), std::nullopt);
    EXPECT_EQ(parse_memory_limit("734003200\n"), 734003200U);
}

}  // namespace
}  // namespace rankpool
