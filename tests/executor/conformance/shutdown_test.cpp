#include <stdexcept>
#include <vector>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Shutdown : public ExecutorTest {};

int nap_and_return(int n) {
    std::this_thread::sleep_for(1ms);
    return n;
}

// CPython: test_shutdown.py, test_run_after_shutdown.
TEST_F(Shutdown, no_task_is_taken_afterwards) {
    EXPECT_EQ(pool().submit(add, 1, 2).result(), 3);
    pool().shutdown();
    EXPECT_THROW(pool().submit(add, 1, 2), ShutdownError);
    EXPECT_THROW(pool().map(negate, std::vector{1, 2}), ShutdownError);
    EXPECT_THROW(pool().submit_all(negate, std::vector{1, 2}), ShutdownError);
}

TEST_F(Shutdown, may_be_called_again) {
    const auto future = pool().submit(add, 1, 2);
    pool().shutdown();
    pool().shutdown();
    pool().shutdown({.wait = false});
    pool().shutdown({.wait = true, .cancel_futures = true});
    EXPECT_EQ(future.result(), 3);
}

TEST_F(Shutdown, of_a_pool_that_did_nothing) {
    pool().shutdown();
    make_pool({});
    end_pool();
    make_pool({});
    EXPECT_EQ(pool().submit(add, 1, 2).result(), 3) << "pools may follow each other";
}

// CPython: test_hang_issue12364.
TEST_F(Shutdown, waits_for_all_tasks) {
    const auto futures = pool().submit_all(nap_and_return, std::vector(50, 1));
    pool().shutdown();
    for (const auto& future : futures) {
        EXPECT_TRUE(future.done());
        EXPECT_EQ(future.result(), 1);
    }
}

// CPython: test_context_manager_shutdown, test_del_shutdown.
TEST_F(Shutdown, the_destructor_waits_for_all_tasks) {
    const Counter runs = Counter::make();
    const auto future = pool().submit(count_and_return, runs, 5);
    pool().submit_all([](Counter counter) { counter.add(), nap_and_return(0); }, std::vector(20, runs));
    end_pool();
    EXPECT_EQ(runs.value(), 21);
    EXPECT_EQ(future.result(), 5);
}

// CPython: test_shutdown_no_wait.
TEST_F(Shutdown, without_waiting_returns_while_tasks_run_and_all_of_them_end) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const auto held = hold_all_slots(gate);
    const auto pending = pool().submit(add, 1, 2);
    pool().shutdown({.wait = false});
    EXPECT_FALSE(held[0].done());
    EXPECT_THROW(pool().submit(add, 1, 2), ShutdownError);
    gate.open();
    EXPECT_EQ(pending.result(), 3);
    end_pool();
}

// CPython: test_cancel_futures.
TEST_F(Shutdown, can_cancel_what_has_not_started) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const Counter runs = Counter::make();
    const auto held = hold_all_slots(gate);
    std::vector<Future<int>> pending;
    for (int i = 0; i < 50; ++i) pending.push_back(pool().submit(count_and_return, runs, i));
    const auto dependent = pool().submit(add, pending[0], 1);
    std::thread opener([&] {
        EXPECT_TRUE(eventually([&] { return pending.back().done() && dependent.done(); }));
        gate.open();
    });
    pool().shutdown({.wait = true, .cancel_futures = true});
    opener.join();
    for (const auto& future : pending) EXPECT_TRUE(future.cancelled());
    EXPECT_TRUE(dependent.cancelled());
    for (const auto& future : held) EXPECT_EQ(future.exception(), nullptr) << "what ran went on to its end";
    EXPECT_EQ(runs.value(), 0);
}

// CPython: test_cancel_futures_wait_false.
TEST_F(Shutdown, can_cancel_without_waiting) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const auto held = hold_all_slots(gate);
    const auto pending = pool().submit(add, 1, 2);
    pool().shutdown({.wait = false, .cancel_futures = true});
    EXPECT_THROW((void)pending.result(patience), CancelledError);
    EXPECT_FALSE(held[0].done());
    gate.open();
    held[0].result(patience);
}

// CPython: test_hang_gh94440.
TEST_F(Shutdown, right_after_a_cancellation) {
    for (int i = 0; i < 5; ++i) {
        make_pool({});
        pool().submit(add, 1, 2).result();
        pool().submit(add, 1, 2).cancel();
        pool().shutdown();
    }
}

// CPython: executor.py, test_shutdown_race_issue12456; test_shutdown.py, test_del_shutdown.
TEST_F(Shutdown, results_of_a_map_survive_the_pool) {
    auto results = pool().map({.chunk_size = 1}, nap_and_return, std::vector(pool().slots(), 1));
    end_pool();
    std::size_t count = 0;
    for (const int result : results) count += static_cast<std::size_t>(result);
    EXPECT_GE(count, 1U);
    auto unread = make_pool({}).map(nap_and_return, std::vector(100, 1));
    pool().shutdown();
}

TEST_F(Shutdown, futures_of_a_pool_that_is_gone_keep_working) {
    const auto good = pool().submit(add, 1, 2);
    const auto bad = pool().submit([] { throw std::out_of_range("no such cell"); });
    end_pool();
    EXPECT_EQ(good.result(), 3);
    EXPECT_EQ(good.result(0s), 3);
    EXPECT_THROW(bad.result(), std::out_of_range);
    EXPECT_FALSE(good.cancel());
    good.request_stop();
    int calls = 0;
    good.add_done_callback([&] { ++calls; });
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(wait(std::vector{good}).done.size(), 1U);
    for (const auto& future : as_completed(std::vector{good})) EXPECT_EQ(future.result(), 3);
    EXPECT_EQ(when_all(std::vector{good}).result(), std::vector{3});
    EXPECT_THROW(good.then(negate), ShutdownError);
}

TEST_F(Shutdown, futures_of_a_pool_that_is_gone_are_arguments_for_another) {
    const auto good = pool().submit(add, 1, 2);
    const auto bad = pool().submit([]() -> int { throw std::out_of_range("no such cell"); });
    make_pool({});
    EXPECT_EQ(pool().submit(negate, good).result(), -3);
    EXPECT_THROW(pool().submit(negate, bad).result(), std::out_of_range);
}

// The tasks of a pool may need each other to end.
TEST_F(Shutdown, tasks_that_still_run_may_submit) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const auto future = pool().submit(
        [](Gate wait_for) {
            wait_for.wait();
            return this_task::executor().submit(add, 1, 2).result();
        },
        gate);
    pool().shutdown({.wait = false});
    gate.open();
    end_pool();
    EXPECT_EQ(future.result(), 3);
}

TEST_F(Shutdown, waits_for_what_tasks_submit_and_do_not_wait_for) {
    const Counter runs = Counter::make();
    pool().submit(
        [](Counter counter) {
            for (int i = 0; i < 10; ++i) this_task::executor().submit(count_and_return, counter, i);
        },
        runs);
    end_pool();
    EXPECT_EQ(runs.value(), 10);
}

TEST_F(Shutdown, from_several_threads) {
    const auto futures = pool().submit_all(nap_and_return, std::vector(20, 1));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([this] { pool().shutdown(); });
    for (std::thread& thread : threads) thread.join();
    for (const auto& future : futures) EXPECT_TRUE(future.done());
}

}  // namespace
}  // namespace rankpool::tests
