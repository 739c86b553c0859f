#include <coordinator/fake_pool.hpp>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>

namespace rankpool {
namespace {

using protocol::Kind;

struct Cancelling : testing::Test {
    Future<int> given_assigned(const TaskOptions& options = {}) {
        Future<int> future = pool.submit(options, twice, 4);
        EXPECT_EQ(pool.sent().size(), 1U);
        task = pool.assigned.back().task;
        return future;
    }
    FakePool pool{1};
    protocol::Assign task;
};

TEST_F(Cancelling, a_task_without_a_worker_is_cancelled_at_once) {
    FakePool nobody(1, FakePool::JoinLater{});
    const auto future = nobody.submit({}, twice, 4);
    const auto dependent = nobody.submit({}, twice, future);
    EXPECT_TRUE(future.cancel());
    EXPECT_TRUE(future.cancelled());
    EXPECT_TRUE(dependent.cancelled());
    EXPECT_TRUE(future.cancel());
    EXPECT_THROW((void)future.result(), CancelledError);
    EXPECT_EQ(nobody.coordinator->counts().cancelled, 2U);
    EXPECT_EQ(nobody.sent(), nothing);
}

TEST_F(Cancelling, a_task_that_its_worker_gives_back_is_cancelled) {
    const auto future = given_assigned();
    pool.tell(1, Kind::returned, task);  // Arrives after the question.
    EXPECT_TRUE(future.cancel());
    EXPECT_EQ(pool.sent(), (Sent{"1: revoke 0.1"}));
    EXPECT_TRUE(future.cancelled());
}

TEST_F(Cancelling, a_task_that_its_worker_keeps_is_not) {
    const auto future = given_assigned();
    pool.tell(1, Kind::revoke_refused, task);
    EXPECT_FALSE(future.cancel());
    EXPECT_FALSE(future.done());
    pool.finish(1, task, 8);
    EXPECT_EQ(future.result(), 8);
    EXPECT_FALSE(future.cancel());
}

TEST_F(Cancelling, a_task_that_ends_meanwhile_is_not) {
    const auto future = given_assigned();
    pool.finish(1, task, 8);
    pool.tell(1, Kind::revoke_refused, task);
    EXPECT_FALSE(future.cancel());
    EXPECT_EQ(future.result(), 8);
}

TEST_F(Cancelling, a_running_task_is_not_and_nobody_asks_its_worker) {
    const auto future = given_assigned();
    pool.tell(1, Kind::started, task);
    pool.turn();
    EXPECT_FALSE(future.cancel());
    EXPECT_EQ(pool.sent(), nothing);
}

TEST_F(Cancelling, a_task_that_is_to_be_tried_again_is_cancelled_instead) {
    const auto future = given_assigned({.retries = 5});
    pool.raise(1, task, "first");
    EXPECT_TRUE(future.cancel());
    EXPECT_EQ(pool.sent(), (Sent{"1: revoke 0.1"}));
    EXPECT_TRUE(future.cancelled());
}

TEST_F(Cancelling, wishes_to_stop_go_to_the_worker_that_has_the_task) {
    const auto future = given_assigned();
    future.request_stop();
    EXPECT_EQ(pool.sent(), (Sent{"1: stop_task 0.1"}));
    EXPECT_FALSE(future.done());
    pool.finish(1, task, 1);
    EXPECT_EQ(future.result(), 1);
    future.request_stop();
    EXPECT_EQ(pool.sent(), nothing);
}

TEST_F(Cancelling, wishes_to_stop_wait_for_a_worker) {
    FakePool pool2(1, FakePool::JoinLater{});
    const auto future = pool2.submit({}, twice, 4);
    future.request_stop();
    EXPECT_EQ(pool2.sent(), nothing);
    pool2.from(1, protocol::Hello{.slots = 1, .pid = 1, .host = "late"});
    pool2.turn();
    EXPECT_EQ(pool2.sent(), (Sent{"1: assign 0.1 must stop"}));
}

TEST_F(Cancelling, wishes_to_stop_hold_for_later_attempts_but_not_for_the_next_task) {
    const auto future = given_assigned({.retries = 1});
    future.request_stop();
    pool.raise(1, task, "first");
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: stop_task 0.1", "1: assign 0.2 attempt 2 must stop"}));
    pool.finish(1, pool.assigned.back().task, 1);
    pool.turn();
    const auto next = pool.submit({}, twice, 1);
    EXPECT_EQ(pool.sent(), (Sent{"1: assign 0.3"}));
}

TEST_F(Cancelling, a_composed_future_cannot_be_cancelled) {
    const auto future = given_assigned();
    const auto all = when_all(std::vector{future, future});
    EXPECT_FALSE(all.cancel());
    all.request_stop();
    EXPECT_EQ(pool.sent(), nothing);
    pool.finish(1, task, 8);
    EXPECT_EQ(all.result(), (std::vector<int>{8, 8}));
}

}  // namespace
}  // namespace rankpool
