// What workers report in the ordinary course of things, also late and twice.
#include <coordinator/fake_pool.hpp>

#include <gtest/gtest.h>

namespace rankpool {
namespace {

using protocol::Kind;

struct Reports : testing::Test {
    Future<int> given_assigned(const TaskOptions& options = {}) {
        Future<int> future = pool.submit(options, twice, 4);
        EXPECT_EQ(pool.sent().size(), 1U);
        task = pool.assigned.back().task;
        return future;
    }
    // Everything a worker could say about `task` once more.
    void say_everything_again() {
        for (const Kind kind : {Kind::started, Kind::suspended, Kind::resumed, Kind::returned, Kind::revoke_refused}) {
            pool.tell(1, kind, task);
        }
        pool.finish(1, task, 99);
        pool.raise(1, task, "late");
        pool.turn();
    }

    FakePool pool{1};
    protocol::Assign task;
};

TEST_F(Reports, a_result_reaches_its_future) {
    const auto future = given_assigned();
    EXPECT_FALSE(future.done());
    pool.finish(1, task, 8);
    EXPECT_EQ(future.result(), 8);
    EXPECT_EQ(pool.sent(), nothing);
    EXPECT_EQ(pool.coordinator->counts().succeeded, 1U);
    EXPECT_EQ(pool.coordinator->counts().busy, std::chrono::milliseconds(1));
}

TEST_F(Reports, started_and_suspended_tasks_are_running) {
    const auto future = given_assigned();
    EXPECT_FALSE(future.running());
    pool.tell(1, Kind::started, task);
    pool.turn();
    EXPECT_TRUE(future.running());
    pool.tell(1, Kind::suspended, task);
    pool.tell(1, Kind::resumed, task);
    pool.tell(1, Kind::resumed, task);
    pool.turn();
    EXPECT_TRUE(future.running());
    EXPECT_EQ(pool.sent(), nothing);
}

TEST_F(Reports, a_suspended_task_makes_room_for_another) {
    const auto first = given_assigned();
    const auto second = pool.submit({}, twice, 1);
    const auto third = pool.submit({}, twice, 2);
    (void)pool.sent();
    pool.tell(1, Kind::suspended, task);
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: assign 2.1"}));
}

TEST_F(Reports, what_comes_after_the_end_changes_nothing) {
    const auto future = given_assigned();
    pool.finish(1, task, 8);
    pool.turn();
    say_everything_again();
    EXPECT_EQ(future.result(), 8);
    EXPECT_EQ(pool.sent(), nothing);
    EXPECT_EQ(pool.coordinator->counts().succeeded, 1U);
    EXPECT_EQ(pool.coordinator->counts().failed, 0U);
}

TEST_F(Reports, what_comes_after_the_end_does_not_touch_the_next_task_of_that_number) {
    const auto first = given_assigned();
    pool.finish(1, task, 8);
    pool.turn();
    const auto second = pool.submit({}, twice, 5);
    (void)pool.sent();
    const protocol::Assign next = pool.assigned.back().task;
    ASSERT_EQ(next.task, task.task);
    say_everything_again();
    EXPECT_FALSE(second.done());
    EXPECT_FALSE(second.running());
    pool.finish(1, next, 10);
    EXPECT_EQ(second.result(), 10);
    EXPECT_EQ(pool.sent(), nothing);
}

TEST_F(Reports, a_late_end_of_an_earlier_attempt_changes_nothing) {
    const auto future = given_assigned({.retries = 1});
    pool.raise(1, task, "first");
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: assign 0.2 attempt 2"}));
    say_everything_again();
    EXPECT_FALSE(future.done());
    EXPECT_EQ(pool.sent(), nothing);
    pool.raise(1, pool.assigned.back().task, "second");
    pool.turn();
    EXPECT_EQ(error_of(future), "second");
    EXPECT_EQ(pool.coordinator->counts().retries, 1U);
}

TEST_F(Reports, a_task_that_came_back_goes_to_another_worker) {
    FakePool two(2);
    const auto first = two.submit({}, twice, 1);
    const auto second = two.submit({}, twice, 2);
    const auto third = two.submit({}, twice, 3);
    const auto fourth = two.submit({}, twice, 4);
    EXPECT_EQ(two.sent(), (Sent{"1: assign 0.1", "2: assign 1.1", "1: assign 2.1", "2: assign 3.1"}));
    two.finish(2, two.assigned[1].task, 4);
    two.finish(2, two.assigned[3].task, 8);
    two.turn();
    EXPECT_EQ(two.sent(), (Sent{"1: revoke 2.1"}));
    const protocol::Assign moved = two.assigned[2].task;
    two.tell(1, Kind::returned, moved);
    two.turn();
    EXPECT_EQ(two.sent(), (Sent{"2: assign 2.2"}));
    // Its former worker says it again, and what it did with it before.
    two.tell(1, Kind::returned, moved);
    two.tell(1, Kind::started, moved);
    two.finish(1, moved, 99);
    two.turn();
    EXPECT_FALSE(third.done());
    EXPECT_FALSE(third.running());
    two.finish(2, two.assigned.back().task, 6);
    two.finish(1, two.assigned[0].task, 2);
    EXPECT_EQ(third.result(), 6);
    EXPECT_EQ(first.result(), 2);
    EXPECT_EQ(two.sent(), nothing);
}

TEST_F(Reports, a_task_waits_for_its_inputs_and_gets_their_values) {
    const auto first = given_assigned();
    const auto second = pool.submit({}, add, first, first);
    EXPECT_EQ(pool.sent(), nothing);
    pool.finish(1, task, 8);
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: assign 1.1"}));
    ByteReader inputs(pool.assigned.back().inputs.view());
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(inputs.value<std::uint64_t>(), sizeof(int));
        EXPECT_EQ(inputs.value<int>(), 8);
    }
    EXPECT_EQ(inputs.remaining(), 0U);
    pool.finish(1, pool.assigned.back().task, 16);
    EXPECT_EQ(second.result(), 16);
}

TEST_F(Reports, the_failure_of_an_input_is_that_of_the_task) {
    const auto first = given_assigned();
    const auto second = pool.submit({}, twice, first);
    const auto third = pool.submit({}, add, second, first);
    pool.raise(1, task, "broken input");
    pool.turn();
    EXPECT_EQ(error_of(second), "broken input");
    EXPECT_EQ(error_of(third), "broken input");
    EXPECT_EQ(error_of(pool.submit({}, twice, third)), "broken input");  // Submitted afterwards.
    EXPECT_EQ(pool.sent(), nothing);
    EXPECT_EQ(pool.coordinator->counts().failed, 4U);
}

}  // namespace
}  // namespace rankpool
