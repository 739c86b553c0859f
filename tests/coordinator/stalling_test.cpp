// Workers that start no task for want of memory: one goes on all the same when nothing else does.
#include <chrono>
#include <coordinator/fake_pool.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;

const protocol::Memory stalled{.is_stalled = true, .budget = 100, .kept = 150};
const protocol::Memory more_stalled{.is_stalled = true, .budget = 100, .kept = 250};

// What is sent while the program waits for a task.
Sent sent_while_waiting(FakePool& pool, Duration time = 50ms) {
    Waitable never;
    pool.coordinator->help_until(never, now() + time);
    return pool.sent();
}

TEST(Stalling, ends_for_the_one_with_most_room_when_all_have_stalled) {
    FakePool pool(2);
    const auto a = pool.submit({}, twice, 1);
    const auto b = pool.submit({}, twice, 2);
    pool.sent();
    pool.from(1, more_stalled);
    pool.from(2, stalled);
    EXPECT_EQ(sent_while_waiting(pool, 300ms).front(), "2: proceed");
}

TEST(Stalling, goes_on_while_another_worker_still_runs_a_task) {
    FakePool pool(2);
    const auto a = pool.submit({.on_rank = 1}, twice, 1);
    const auto b = pool.submit({.on_rank = 2}, twice, 2);
    pool.sent();
    pool.from(1, stalled);
    EXPECT_EQ(sent_while_waiting(pool), nothing);
    pool.finish(2, pool.assigned.back().task, 4);
    EXPECT_EQ(sent_while_waiting(pool, 300ms).front(), "1: proceed");
}

TEST(Stalling, ends_when_the_others_only_have_tasks_that_wait) {
    FakePool pool(2);
    const auto a = pool.submit({.on_rank = 1}, twice, 1);
    const auto b = pool.submit({.on_rank = 2}, twice, 2);
    pool.sent();
    pool.from(1, stalled);
    const protocol::Assign waiting = pool.assigned.back().task;
    pool.from(2, protocol::Suspended{.task = waiting.task, .execution = waiting.execution});
    EXPECT_EQ(sent_while_waiting(pool, 300ms).front(), "1: proceed");
    pool.tell(2, protocol::Kind::resumed, waiting);
    pool.from(1, stalled);
    EXPECT_EQ(sent_while_waiting(pool), nothing);
}

TEST(Stalling, is_not_ended_after_memory_was_freed) {
    FakePool pool(1);
    const auto a = pool.submit({}, twice, 1);
    pool.sent();
    pool.from(1, stalled);
    pool.from(1, protocol::Memory{.is_stalled = false, .budget = 100, .kept = 50});
    EXPECT_EQ(sent_while_waiting(pool), nothing);
}

TEST(Stalling, leaves_the_counts_to_see) {
    FakePool pool(2);
    pool.from(1, protocol::Memory{.budget = 100, .kept = 10, .kept_peak = 90, .on_disk = 5, .spilled = 70});
    pool.from(2, protocol::Memory{.budget = 80, .kept = 20, .kept_peak = 60, .on_disk = 6, .spilled = 30});
    pool.turn();
    const PoolCounts counts = pool.coordinator->counts();
    EXPECT_EQ(counts.memory_budget, 80U);
    EXPECT_EQ(counts.memory_peak, 90U);
    EXPECT_EQ(counts.disk_bytes, 11U);
    EXPECT_EQ(counts.spilled_bytes, 100U);
}

}  // namespace
}  // namespace rankpool
