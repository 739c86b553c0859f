// Tasks over several workers: who is told what, and whose reports count.
#include <algorithm>
#include <coordinator/fake_pool.hpp>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>

namespace rankpool {
namespace {

using protocol::Kind;

struct WideTasks : testing::Test {
    Future<int> given_on_three(TaskOptions options = {}) {
        options.ranks = 3;
        Future<int> future = pool.submit(options, twice, 4);
        EXPECT_EQ(pool.sent(), (Sent{"1: assign 0.1", "2: assign 0.1", "3: assign 0.1"}));
        task = pool.assigned.back().task;
        return future;
    }

    FakePool pool{3};
    protocol::Assign task;
};

TEST_F(WideTasks, tell_every_member_which_it_is) {
    const auto future = given_on_three();
    for (std::uint32_t member = 0; member < 3; ++member) {
        EXPECT_EQ(pool.assigned[member].task.member, member);
        EXPECT_EQ(pool.assigned[member].task.members, 3U);
    }
    pool.finish(2, task, 22);
    pool.turn();
    EXPECT_FALSE(future.done());
    pool.finish(1, task, 11);
    EXPECT_EQ(future.result(), 11);
    EXPECT_EQ(pool.sent(), nothing);
}

TEST_F(WideTasks, run_as_soon_as_one_says_so) {
    const auto future = given_on_three();
    pool.tell(3, Kind::started, task);
    pool.turn();
    EXPECT_TRUE(future.running());
    EXPECT_FALSE(future.cancel());
}

TEST_F(WideTasks, keep_a_members_slot_until_it_has_ended) {
    const auto future = given_on_three();
    pool.finish(1, task, 11);
    pool.finish(2, task, 22);
    pool.turn();
    EXPECT_FALSE(pool.coordinator->await_tasks(now()));  // Rank 3 still runs it.
    const auto other = pool.submit({.ranks = 3}, twice, 1);
    EXPECT_EQ(pool.sent(), nothing);
    pool.finish(3, task, 33);
    EXPECT_EQ(pool.sent(), (Sent{"1: assign 0.2", "2: assign 0.2", "3: assign 0.2"}));
    pool.finish(3, task, 33);  // Once more: late.
    EXPECT_EQ(pool.sent(), nothing);
    EXPECT_FALSE(other.done());
}

TEST_F(WideTasks, end_everywhere_with_the_failure_of_a_member) {
    const auto future = given_on_three();
    pool.raise(2, task, "not here");
    EXPECT_EQ(pool.sent(), (Sent{"1: revoke 0.1", "1: stop_task 0.1", "3: revoke 0.1", "3: stop_task 0.1"}));
    EXPECT_NE(error_of(future).find("not here"), std::string::npos) << error_of(future);
    pool.tell(1, Kind::returned, task);
    pool.tell(3, Kind::revoke_refused, task);
    pool.turn();
    EXPECT_FALSE(pool.coordinator->await_tasks(now()));
    pool.finish(3, task, 33);
    pool.turn();
    EXPECT_TRUE(pool.coordinator->await_tasks(now()));
    EXPECT_EQ(pool.coordinator->counts().failed, 1U);
}

TEST_F(WideTasks, are_tried_again_on_all) {
    const auto future = given_on_three({.retries = 1});
    pool.raise(2, task, "not here");
    pool.sent();
    pool.raise(1, task, "stopped");
    EXPECT_EQ(pool.sent(), nothing);
    pool.finish(3, task, 33);
    EXPECT_EQ(pool.sent(), (Sent{"1: assign 0.2 attempt 2", "2: assign 0.2 attempt 2", "3: assign 0.2 attempt 2"}));
    task = pool.assigned.back().task;
    pool.finish(1, task, 12);
    EXPECT_EQ(future.result(), 12);
}

TEST_F(WideTasks, hear_everywhere_that_they_should_stop) {
    const auto future = given_on_three();
    future.request_stop();
    const auto told = pool.sent();
    for (const char* each : {"1: stop_task 0.1", "2: stop_task 0.1", "3: stop_task 0.1"}) {
        EXPECT_EQ(std::count(told.begin(), told.end(), each), 1) << each;
    }
    EXPECT_EQ(told.size(), 3U);
}

TEST_F(WideTasks, make_room_on_each_rank_that_waits) {
    const auto future = given_on_three();
    pool.tell(2, Kind::suspended, task);
    pool.turn();
    const auto nested = pool.submit({}, twice, 1);
    EXPECT_EQ(pool.sent(), (Sent{"2: assign 1.1"}));
    pool.tell(2, Kind::resumed, task);
    pool.finish(2, pool.assigned.back().task, 2);
    pool.finish(2, task, 22);
    pool.turn();
    EXPECT_EQ(nested.result(), 2);
    pool.finish(1, task, 11);
    EXPECT_EQ(future.result(), 11);
}

TEST_F(WideTasks, fail_when_a_member_does_not_run_them) {
    const auto future = given_on_three();
    testing::internal::CaptureStderr();
    pool.tell(2, Kind::returned, task);
    pool.turn();
    EXPECT_NE(testing::internal::GetCapturedStderr().find("gives back task 0"), std::string::npos);
    EXPECT_NE(error_of(future).find("gives back task 0"), std::string::npos) << error_of(future);
}

TEST_F(WideTasks, share_workers_of_one_host) {
    FakePool hosts(3, FakePool::JoinLater{});
    for (Rank rank = 1; rank <= 3; ++rank) {
        hosts.from(rank, protocol::Hello{.slots = 1, .pid = 1, .host = rank == 2 ? "other" : "same"});
    }
    hosts.turn();
    const auto one = hosts.submit({.ranks = 2}, twice, 1);
    EXPECT_EQ(hosts.sent(), (Sent{"1: assign 0.1", "3: assign 0.1"}));
}

TEST_F(WideTasks, fail_where_there_are_too_few_ranks) {
    const auto future = pool.submit({.ranks = 4}, twice, 4);
    EXPECT_THROW((void)future.result(), InfeasibleError);
    EXPECT_THROW((void)pool.submit({.ranks = 0}, twice, 4), ConfigError);
    EXPECT_THROW((void)pool.submit({.on_rank = 1, .ranks = 2}, twice, 4), ConfigError);
}

}  // namespace
}  // namespace rankpool
