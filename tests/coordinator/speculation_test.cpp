// Copies of tasks that take unusually long: the first to end counts, and the other is not waited for.
#include <array>
#include <coordinator/fake_pool.hpp>

#include <gtest/gtest.h>

namespace rankpool {
namespace {

using protocol::Kind;

struct Speculation : testing::Test {
    // A task that runs on rank 1 for much longer than others of its function, and its copy on rank 2.
    Future<int> given_copied(const TaskOptions& options = {.speculative = true}) {
        const auto usual = pool.submit({}, twice, 1);
        pool.sent();
        pool.finish(1, pool.assigned.back().task, 2);
        pool.turn();
        Future<int> future = pool.submit(options, twice, 4);
        pool.sent();
        straggler = pool.assigned.back();
        pool.tell(straggler.rank, Kind::started, straggler.task);
        const Instant deadline = now() + std::chrono::seconds(60);
        Sent copied;
        while (copied.empty() && now() < deadline) copied = pool.sent();
        EXPECT_EQ(copied.size(), 1U);
        copy = pool.assigned.back();
        EXPECT_NE(copy.rank, straggler.rank);
        EXPECT_EQ(copy.task.attempt, 1U);
        EXPECT_EQ(copy.task.stream, straggler.task.stream);
        return future;
    }
    static Sent stops(const FakePool::Assigned& loser) {
        const std::string rank = std::to_string(loser.rank) + ": ";
        const std::string numbers = " " + std::to_string(loser.task.task) + "." + std::to_string(loser.task.execution);
        return {rank + "revoke" + numbers, rank + "stop_task" + numbers};
    }

    FakePool pool{2};
    FakePool::Assigned straggler;
    FakePool::Assigned copy;
};

TEST_F(Speculation, takes_the_result_of_the_copy) {
    const auto future = given_copied();
    pool.finish(copy.rank, copy.task, 8);
    EXPECT_EQ(pool.sent(), stops(straggler));
    EXPECT_EQ(future.result(), 8);
    pool.tell(straggler.rank, Kind::revoke_refused, straggler.task);
    pool.turn();
    EXPECT_FALSE(pool.coordinator->await_tasks(now()));  // The straggler still has its slot.
    const auto two = std::array{pool.submit({.ranks = 2}, twice, 1)};
    EXPECT_EQ(pool.sent(), nothing);
    pool.finish(straggler.rank, straggler.task, 9);
    EXPECT_EQ(pool.sent().size(), 2U);
    EXPECT_EQ(future.result(), 8);
}

TEST_F(Speculation, takes_the_result_of_the_straggler) {
    const auto future = given_copied();
    pool.finish(straggler.rank, straggler.task, 9);
    EXPECT_EQ(pool.sent(), stops(copy));
    EXPECT_EQ(future.result(), 9);
    pool.tell(copy.rank, Kind::returned, copy.task);
    pool.turn();
    EXPECT_TRUE(pool.coordinator->await_tasks(now()));
    EXPECT_EQ(pool.coordinator->counts().succeeded, 2U);
}

TEST_F(Speculation, takes_an_exception_too) {
    const auto future = given_copied();
    pool.raise(straggler.rank, straggler.task, "wrong input");
    EXPECT_EQ(pool.sent(), stops(copy));
    EXPECT_NE(error_of(future).find("wrong input"), std::string::npos);
}

TEST_F(Speculation, tries_again_once_both_have_ended) {
    const auto future = given_copied({.retries = 1, .speculative = true});
    pool.raise(copy.rank, copy.task, "wrong input");
    const Sent told = pool.sent();  // The next attempt may start where the copy was.
    ASSERT_EQ(told.size(), 3U);
    EXPECT_EQ(Sent(told.begin(), told.begin() + 2), stops(straggler));
    const auto next = pool.assigned.back();
    EXPECT_EQ(next.task.attempt, 2U);
    pool.finish(straggler.rank, straggler.task, 7);  // Nobody wants that any more.
    pool.turn();
    EXPECT_FALSE(future.done());
    pool.finish(next.rank, next.task, 6);
    EXPECT_EQ(future.result(), 6);
}

TEST_F(Speculation, passes_wishes_to_stop_on_to_both) {
    const auto future = given_copied();
    future.request_stop();
    EXPECT_EQ(pool.sent().size(), 2U);
}

TEST_F(Speculation, believes_only_who_runs_it) {
    const auto future = given_copied();
    testing::internal::CaptureStderr();
    pool.finish(copy.rank, straggler.task, 5);
    pool.finish(straggler.rank, copy.task, 5);
    pool.turn();
    (void)testing::internal::GetCapturedStderr();
    EXPECT_FALSE(future.done());
    pool.finish(copy.rank, copy.task, 8);
    EXPECT_EQ(future.result(), 8);
}

}  // namespace
}  // namespace rankpool
