// A worker that keeps more than its budget: what it writes to disk, when it starts no task, and what it says.
#include <numeric>
#include <string>
#include <vector>
#include <worker/played_coordinator.hpp>

#include <rankpool/protocol/datum.hpp>

namespace rankpool {
namespace {

using Numbers = std::vector<int>;

Numbers make_numbers(int first) {
    Numbers numbers(10'000);
    std::iota(numbers.begin(), numbers.end(), first);
    return numbers;
}
constexpr std::uint64_t bytes_of_one = 40'000;

WorkerOptions options(std::uint64_t memory, std::uint64_t disk) {
    return {.keep_above = 1000, .store = {.memory = memory, .disk = disk, .directory = testing::TempDir()}};
}

TEST(WorkerMemory, starts_no_task_beyond_the_budget_and_says_that_it_has_stalled) {
    PlayedCoordinator coordinator(options(60'000, 0));
    for (std::uint32_t task = 0; task < 4; ++task) coordinator.assign(task, {}, make_numbers, 0);
    EXPECT_TRUE(coordinator.wait([&] { return coordinator.memory.is_stalled; }));
    EXPECT_EQ(coordinator.outcomes.size(), 2U) << "the second still found room";
    EXPECT_EQ(coordinator.memory.kept, 2 * bytes_of_one);
    coordinator.tell(protocol::Kind::drop, 0U, 1U);
    EXPECT_TRUE(coordinator.wait_for_ends(3)) << "memory was freed";
    EXPECT_TRUE(coordinator.wait([&] { return coordinator.memory.is_stalled; }));
    EXPECT_EQ(coordinator.outcomes.size(), 3U);
    coordinator.tell(protocol::Kind::proceed, 0U);
    EXPECT_TRUE(coordinator.wait_for_ends(4));
}

TEST(WorkerMemory, writes_to_disk_what_is_too_much_and_sends_it_from_there) {
    PlayedCoordinator coordinator(options(60'000, 1 << 20));
    for (std::uint32_t task = 0; task < 6; ++task) coordinator.assign(task, {}, make_numbers, static_cast<int>(task));
    EXPECT_TRUE(coordinator.wait_for_ends(6));
    EXPECT_TRUE(coordinator.wait([&] { return coordinator.memory.spilled >= 5 * bytes_of_one; }));
    for (std::uint32_t task = 0; task < 6; ++task) {
        coordinator.tell(protocol::Fetch{.task = task, .execution = 1, .requester = 0, .holder = 1});
    }
    EXPECT_TRUE(coordinator.wait([&] { return coordinator.data.size() == 6; }));
    for (std::uint32_t task = 0; task < 6; ++task) {
        ByteReader reader(coordinator.data.at(task).view());
        EXPECT_EQ(decode<Numbers>(reader), make_numbers(static_cast<int>(task))) << task;
    }
    for (std::uint32_t task = 0; task < 6; ++task) coordinator.tell(protocol::Kind::drop, task, 1U);
    EXPECT_TRUE(coordinator.wait([&] { return coordinator.memory.kept == 0 && coordinator.memory.on_disk == 0; }));
}

TEST(WorkerMemory, gives_back_a_task_that_waits_for_memory) {
    PlayedCoordinator coordinator(options(1'000, 0));
    coordinator.assign(0, {}, make_numbers, 0);
    coordinator.assign(1, {}, make_numbers, 0);
    EXPECT_TRUE(coordinator.wait([&] { return coordinator.memory.is_stalled; }));
    coordinator.tell(protocol::Kind::revoke, 1U, 1U);
    EXPECT_TRUE(coordinator.wait_for("returned 1"));
    EXPECT_TRUE(coordinator.wait([&] { return !coordinator.memory.is_stalled; }));
}

TEST(WorkerMemory, says_again_that_it_has_stalled_when_a_drop_does_not_help) {
    PlayedCoordinator coordinator(options(1'000, 0));
    for (std::uint32_t task = 0; task < 2; ++task) coordinator.assign(task, {}, make_numbers, 0);
    EXPECT_TRUE(coordinator.wait([&] { return coordinator.memory.is_stalled; }));
    coordinator.memory.is_stalled = false;
    coordinator.tell(protocol::Kind::drop, 7U, 1U);
    EXPECT_TRUE(coordinator.wait([&] { return coordinator.memory.is_stalled; }));
}

TEST(WorkerMemory, ends_what_it_holds_when_it_is_told_to_stop) {
    PlayedCoordinator coordinator(options(1'000, 0));
    for (std::uint32_t task = 0; task < 5; ++task) coordinator.assign(task, {}, make_numbers, 0);
    EXPECT_EQ(coordinator.stop(3), 3);
    EXPECT_EQ(coordinator.outcomes.size(), 5U);
}

TEST(WorkerMemory, says_what_is_wrong_with_the_disk_and_goes_on_without) {
    WorkerOptions without_disk = options(60'000, 1 << 20);
    without_disk.store.directory = "/no/such/directory";
    testing::internal::CaptureStderr();
    {
        PlayedCoordinator coordinator(without_disk);
        for (std::uint32_t task = 0; task < 3; ++task) coordinator.assign(task, {}, make_numbers, 0);
        EXPECT_TRUE(coordinator.wait([&] { return coordinator.memory.is_stalled; }));
        coordinator.tell(protocol::Kind::proceed, 0U);
        EXPECT_TRUE(coordinator.wait_for_ends(3));
    }
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("cannot make a file in '/no/such/directory'"), std::string::npos) << said;
    EXPECT_EQ(said.find("rankpool:"), said.rfind("rankpool:")) << "once: " << said;
}

// The one that is asked may not know yet that it is to get it: what the coordinator told it was overtaken.
TEST(WorkerData, is_asked_of_the_root_when_the_next_one_in_the_tree_does_not_have_it) {
    WorkerOptions in_between;
    in_between.rank = 5;
    in_between.is_beside_coordinator = true;  // So that all it sends comes here.
    PlayedCoordinator coordinator(in_between);
    coordinator.tell(protocol::Acquire{.task = 8, .execution = 1, .holder = 3, .root = 2});
    EXPECT_TRUE(coordinator.wait_for("fetch 8 from 3"));
    coordinator.send(protocol::lost_datum_message(8, 1));
    EXPECT_TRUE(coordinator.wait_for("fetch 8 from 2"));
    const Numbers numbers = make_numbers(1);
    coordinator.send(protocol::datum_message(8, 1, [&](Bytes& message) {
        ByteWriter writer(message);
        encode(writer, numbers);
    }));
    coordinator.tell(protocol::Fetch{.task = 8, .execution = 1, .requester = 0, .holder = 5});
    EXPECT_TRUE(coordinator.wait([&] { return coordinator.data.contains(8); })) << "it keeps it";
}

}  // namespace
}  // namespace rankpool
