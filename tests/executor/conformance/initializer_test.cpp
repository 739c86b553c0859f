#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Initializer : public ExecutorTest {};

thread_local int times_initialized = 0;
void initialize() { ++times_initialized; }
int times_seen(int) {
    std::this_thread::sleep_for(1ms);
    return times_initialized;
}

// Tests of failing ones: how often it ran in this process since the test set it to zero.
std::atomic<int> tries{0};
void fail() { throw std::runtime_error("no GPU here"); }
void fail_slowly() {
    std::this_thread::sleep_for(30ms);  // Tasks arrive meanwhile.
    throw std::runtime_error("no GPU here");
}
void fail_with_a_number() { throw 7; }
// Fails on one thread only, while others run tasks already.
void fail_at_second_try() {
    if (tries++ == 0) return;
    std::this_thread::sleep_for(30ms);
    throw std::runtime_error("no GPU here");
}

template <class Condition>
void expect_broken(Condition submit) {
    try {
        submit();
        FAIL() << "the pool is not broken";
    } catch (const BrokenExecutor& error) {
        EXPECT_NE(std::string(error.what()).find("no GPU here"), std::string::npos) << error.what();
    }
}

// CPython: test_init.py, InitializerMixin.test_initializer.
TEST_F(Initializer, runs_once_on_every_thread_that_runs_tasks_before_its_first) {
    make_pool({.initializer = initialize});
    times_initialized = 0;
    for (const int times : pool().map(times_seen, std::vector<int>(50, 0))) EXPECT_EQ(times, 1);
}

// CPython: FailingInitializerMixin.test_initializer.
TEST_F(Initializer, that_fails_breaks_the_pool) {
    make_pool({.initializer = fail});
    expect_broken([&] { pool().submit(add, 1, 2).result(patience); });
    expect_broken([&] { pool().submit(add, 1, 2).result(patience); });
    EXPECT_TRUE(eventually([&] {
        try {
            pool().submit(add, 1, 2);
            return false;
        } catch (const BrokenExecutor&) {
            return true;
        }
    }));
    EXPECT_THROW(pool().submit(add, 1, 2), BrokenExecutor);
}

TEST_F(Initializer, that_fails_fails_all_that_was_submitted_and_no_task_runs) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Counter runs = Counter::make();
    make_pool({.initializer = fail_slowly});
    std::vector<Future<int>> futures;
    try {
        for (int i = 0; i < 50; ++i) futures.push_back(pool().submit(count_and_return, runs, i));
        futures.push_back(futures[0].then(negate));
    } catch (const BrokenExecutor&) {  // Known already.
    }
    for (const auto& future : futures) expect_broken([&] { future.result(patience); });
    end_pool();
    EXPECT_EQ(runs.value(), 0);
}

TEST_F(Initializer, may_fail_with_anything) {
    make_pool({.initializer = fail_with_a_number});
    EXPECT_THROW(pool().submit(add, 1, 2).result(patience), BrokenExecutor);
}

TEST_F(Initializer, that_fails_on_one_thread_lets_tasks_on_others_end) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const Counter ends = Counter::make();
    tries = 0;
    make_pool({.slots = 2, .initializer = fail_at_second_try});
    std::vector<Future<int>> futures;
    try {
        for (int i = 0; i < 4; ++i) {
            futures.push_back(pool().submit(
                [](Gate wait_for, Counter counter, const std::string& text) {
                    wait_for.wait();
                    counter.add();
                    return static_cast<int>(text.size());
                },
                gate, ends, std::string(100, 'x')));
        }
    } catch (const BrokenExecutor&) {  // Known already.
    }
    for (const auto& future : futures) expect_broken([&] { future.result(patience); });
    gate.open();
    end_pool();
    for (const auto& future : futures) expect_broken([&] { future.result(); });
}

TEST_F(Initializer, that_fails_wakes_whoever_waits) {
    RANKPOOL_NEEDS_BACKGROUND();
    make_pool({.initializer = fail_slowly});
    std::vector<Future<int>> futures;
    try {
        for (int i = 0; i < 3; ++i) futures.push_back(pool().submit(add, i, i));
    } catch (const BrokenExecutor&) {
    }
    int count = 0;
    for (const auto& future : as_completed(futures, patience)) count += future.exception() != nullptr;
    EXPECT_EQ(count, static_cast<int>(futures.size()));
}

}  // namespace
}  // namespace rankpool::tests
