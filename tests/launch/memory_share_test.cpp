#include <gtest/gtest.h>

#include <rankpool/launch/memory_share.hpp>

namespace rankpool {
namespace {

constexpr std::uint64_t GiB = std::uint64_t{1} << 30;

Machine machine_with(std::uint64_t memory) {
    Machine machine;
    machine.memory_bytes = memory;
    return machine;
}

TEST(MemoryShare, is_an_equal_part_of_the_machine) {
    EXPECT_EQ(memory_share(machine_with(64 * GiB), std::nullopt, 4), 16 * GiB);
    EXPECT_EQ(memory_share(machine_with(64 * GiB), std::nullopt, 0), 64 * GiB);
}

TEST(MemoryShare, is_bounded_by_the_control_group_and_by_the_job) {
    Machine machine = machine_with(64 * GiB);
    machine.memory_limit_bytes = 8 * GiB;
    EXPECT_EQ(memory_share(machine, std::nullopt, 2), 4 * GiB);
    Allocation job;
    EXPECT_EQ(memory_share(machine, job, 2), 4 * GiB);
    job.memory_bytes_per_node = 32 * GiB;
    EXPECT_EQ(memory_share(machine, job, 2), 4 * GiB);
    job.memory_bytes_per_node = 2 * GiB;
    EXPECT_EQ(memory_share(machine, job, 2), GiB);
}

TEST(MemoryShare, is_unknown_where_nobody_tells) {
    EXPECT_EQ(memory_share(machine_with(0), std::nullopt, 2), 0U);
    Allocation job;
    job.memory_bytes_per_node = 2 * GiB;
    EXPECT_EQ(memory_share(machine_with(0), job, 2), GiB);
}

}  // namespace
}  // namespace rankpool
