// Shutdown, failed initializers, workers that never come: every future gets an end.
#include <atomic>
#include <coordinator/fake_pool.hpp>
#include <thread>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/transport/loopback.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;
using protocol::Kind;

TEST(Ending, tells_the_workers_to_stop_and_waits_for_their_goodbye) {
    FakePool pool(2);
    pool.from(1, Kind::goodbye, 0U);
    pool.from(2, Kind::goodbye, 0U);
    EXPECT_EQ(pool.coordinator->close(7, 60s), std::vector<Rank>{});
    EXPECT_EQ(pool.sent(), (Sent{"1: stop", "2: stop"}));
    EXPECT_EQ(pool.coordinator->close(7, 60s), std::vector<Rank>{});
    EXPECT_EQ(pool.sent(), nothing);
}

TEST(Ending, names_the_ranks_that_do_not_answer) {
    FakePool pool(3);
    pool.from(2, Kind::goodbye, 0U);
    EXPECT_EQ(pool.coordinator->close(0, 5ms), (std::vector<Rank>{1, 3}));
}

TEST(Ending, gives_what_is_left_a_broken_executor) {
    FakePool pool(1);
    const auto running = pool.submit({}, twice, 1);
    const auto waiting = pool.submit({}, twice, running);
    std::string told;
    waiting.add_done_callback([&](const Future<int>& future) { told = error_of(future); });
    pool.coordinator->close(0, 0s);
    EXPECT_THROW((void)running.result(), BrokenExecutor);
    EXPECT_THROW((void)waiting.result(), BrokenExecutor);
    EXPECT_NE(told.find("shut down before this task ended"), std::string::npos);
    EXPECT_THROW(pool.submit({}, twice, 2), ShutdownError);
    EXPECT_FALSE(running.cancel());
    running.request_stop();
}

TEST(Ending, takes_no_more_tasks_but_finishes_those_it_has) {
    FakePool pool(1);
    const auto future = pool.submit({}, twice, 1);
    pool.coordinator->begin_shutdown(CancelFutures::no);
    EXPECT_THROW(pool.submit({}, twice, 2), ShutdownError);
    EXPECT_FALSE(pool.coordinator->await_tasks(now()));
    (void)pool.sent();
    pool.finish(1, pool.assigned[0].task, 2);
    EXPECT_TRUE(pool.coordinator->await_tasks(now() + 60s));
    EXPECT_EQ(future.result(), 2);
}

TEST(Ending, cancels_what_has_not_started_if_asked) {
    FakePool pool(1);
    const auto running = pool.submit({}, twice, 1);
    const auto sent = pool.submit({}, twice, 2);
    const auto waiting = pool.submit({}, twice, 3);
    const auto dependent = pool.submit({}, twice, running);
    EXPECT_EQ(pool.sent(), (Sent{"1: assign 0.1", "1: assign 1.1"}));
    pool.tell(1, Kind::started, pool.assigned[0].task);
    pool.turn();
    pool.coordinator->begin_shutdown(CancelFutures::yes);
    EXPECT_EQ(pool.sent(), (Sent{"1: revoke 1.1"}));
    EXPECT_TRUE(waiting.cancelled());
    EXPECT_TRUE(dependent.cancelled());
    EXPECT_FALSE(sent.done());
    pool.tell(1, Kind::returned, pool.assigned[1].task);
    pool.finish(1, pool.assigned[0].task, 2);
    EXPECT_TRUE(pool.coordinator->await_tasks(now() + 60s));
    EXPECT_TRUE(sent.cancelled());
    EXPECT_EQ(running.result(), 2);
}

TEST(Ending, asks_running_tasks_to_stop) {
    FakePool pool(1, 2);
    const auto first = pool.submit({}, twice, 1);
    const auto second = pool.submit({}, twice, 2);
    (void)pool.sent();
    pool.coordinator->stop_running_tasks();
    EXPECT_EQ(pool.sent(), (Sent{"1: stop_task 0.1", "1: stop_task 1.1"}));
}

TEST(Ending, a_failed_initializer_breaks_the_pool_for_everybody) {
    FakePool pool(2);
    const auto first = pool.submit({}, twice, 1);
    const auto second = pool.submit({}, twice, first);
    (void)pool.sent();
    pool.from(2, Kind::initializer_failed, 0U, 0U, "no licence");
    pool.from(1, Kind::initializer_failed, 0U, 0U, "no licence either");
    pool.turn();
    for (const auto& future : {first, second}) {
        EXPECT_THROW((void)future.result(), BrokenExecutor);
        EXPECT_EQ(error_of(future), "the pool's initializer failed on rank 2 (host2), so no task can run: no licence");
    }
    EXPECT_THROW(pool.submit({}, twice, 2), BrokenExecutor);
    // What workers still say about those tasks changes nothing.
    pool.finish(1, pool.assigned[0].task, 2);
    pool.tell(1, Kind::started, pool.assigned[0].task);
    pool.turn();
    EXPECT_THROW((void)first.result(), BrokenExecutor);
    EXPECT_TRUE(pool.coordinator->await_tasks(now()));
    EXPECT_EQ(pool.sent(), nothing);
}

TEST(Ending, a_failed_initializer_answers_tasks_that_submit_and_those_who_cancel) {
    FakePool pool(2);
    const auto future = pool.submit({}, twice, 1);
    (void)pool.sent();
    pool.from(2, Kind::initializer_failed, 0U, 0U, "no licence");
    EXPECT_FALSE(future.cancel());
    EXPECT_THROW((void)future.result(), BrokenExecutor);
    (void)pool.sent();
    pool.from(1, protocol::Submit());
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: settled 0 failed"}));
}

TEST(Ending, without_any_worker_tasks_fail_at_the_deadline) {
    LoopbackNetwork network(2);
    const auto transport = network.endpoint(0);
    const ClientRef<Coordinator> coordinator(new Coordinator(*transport, PaceKind::balanced));
    coordinator->add_worker(*transport, 1, 1);
    coordinator->start(50ms);
    const auto future = detail::submit_task<detail::Crossing::required>(*coordinator, {}, twice, 1);
    try {
        (void)future.result(60s);
        FAIL() << "it cannot have run";
    } catch (const BrokenExecutor& error) {
        EXPECT_NE(std::string(error.what()).find("no worker has joined the pool"), std::string::npos);
    }
    coordinator->close(0, 0s);
}

TEST(Ending, without_any_worker_tasks_fail_although_nobody_waits_for_them) {
    LoopbackNetwork network(2);
    const auto transport = network.endpoint(0);
    const ClientRef<Coordinator> coordinator(new Coordinator(*transport, PaceKind::balanced));
    coordinator->add_worker(*transport, 1, 1);
    coordinator->start(1ms);
    std::this_thread::sleep_for(100ms);  // The deadline is over and the background asleep.
    const auto future = detail::submit_task<detail::Crossing::required>(*coordinator, {}, twice, 1);
    std::atomic<bool> is_told{false};
    future.add_done_callback([&] { is_told = true; });
    const Instant start = now();
    while (!is_told && now() - start < 60s) std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(is_told);
    EXPECT_THROW((void)future.result(), BrokenExecutor);
    coordinator->close(0, 0s);
}

TEST(Ending, a_worker_that_joins_in_time_is_enough) {
    FakePool pool(2, FakePool::JoinLater{});
    pool.coordinator->start(60s);
    const auto future = pool.submit({}, twice, 1);
    pool.from(2, protocol::Hello{.slots = 1, .pid = 1, .host = "h"});
    pool.turn();
    {
        const auto sent = pool.sent();
        ASSERT_EQ(sent, (Sent{"2: assign 0.1"}));
    }
    pool.coordinator->close(0, 0s);
}

}  // namespace
}  // namespace rankpool
