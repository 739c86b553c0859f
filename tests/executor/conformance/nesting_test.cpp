#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "../../support/count_up.hpp"
#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Nesting : public ExecutorTest {};

Executor& here() { return this_task::executor(); }
int refuse() { throw std::out_of_range("no such cell"); }

int fibonacci(int n) {
    if (n < 2) return n;
    const auto a = here().submit(fibonacci, n - 1);
    const auto b = here().submit(fibonacci, n - 2);
    return a.result() + b.result();
}

int fall(int depth) {
    return depth == 0 ? throw std::out_of_range("the bottom") : here().submit(fall, depth - 1).result();
}
int descend(int depth) { return depth == 0 ? 0 : 1 + here().submit(descend, depth - 1).result(); }

TEST_F(Nesting, tasks_may_submit_tasks_and_wait_for_them) { EXPECT_EQ(pool().submit(fibonacci, 13).result(), 233); }

TEST_F(Nesting, several_recursions_at_once) {
    for (const int result : pool().map({.chunk_size = 1}, fibonacci, std::vector(6, 9))) EXPECT_EQ(result, 34);
}

TEST_F(Nesting, is_deep_without_deadlock) { EXPECT_EQ(pool().submit(descend, 300).result(), 300); }

// The stacks of 10,000 waiting tasks are more than ThreadSanitizer bears.
constexpr int many = has_thread_sanitizer ? 500 : 10'000;

TEST_F(Nesting, ten_thousand_tasks_wait_inside_each_other_on_one_slot) {
    RANKPOOL_NEEDS_BACKGROUND();  // Else they use the test's own stack.
    make_pool({.slots = 1});
    EXPECT_EQ(pool().submit(descend, many).result(), many);
    try {
        (void)pool().submit(fall, many).result();
        ADD_FAILURE() << "nobody fell";
    } catch (const TaskError& error) {
        EXPECT_EQ(error.message(), "the bottom");
        EXPECT_EQ(error.failure().passed_through.size(), 65U);
        EXPECT_EQ(error.failure().passed_through.back(), "…");
    }
}

// Splits a range in two until one is left: 10,000 tasks wait at once in a tree.
int count_leaves(int first, int last) {
    if (last - first == 1) return 1;
    const int middle = first + (last - first) / 2;
    const auto left = here().submit(count_leaves, first, middle);
    const auto right = here().submit(count_leaves, middle, last);
    return left.result() + right.result();
}

TEST_F(Nesting, divides_and_conquers_ten_thousand_leaves_on_one_slot) {
    make_pool({.slots = 1});
    EXPECT_EQ(pool().submit(count_leaves, 0, many).result(), many);
}

TEST_F(Nesting, a_hundred_thousand_tasks_of_one_task_on_one_slot) {
    make_pool({.slots = 1});
    const auto fan_out = [](int count) {
        std::vector<Future<int>> futures;
        for (int i = 0; i < count; ++i) futures.push_back(here().submit(add, i, 1));
        std::int64_t sum = 0;
        for (const auto& future : futures) sum += future.result();
        return sum;
    };
    constexpr std::int64_t count = 10 * many;
    EXPECT_EQ(pool().submit(fan_out, static_cast<int>(count)).result(), count * (count + 1) / 2);
}

TEST_F(Nesting, a_task_waits_for_thousands) {
    const auto fan_out = [](int count) {
        std::vector<Future<int>> futures;
        for (int i = 0; i < count; ++i) futures.push_back(here().submit(add, i, 1));
        std::int64_t sum = 0;
        for (const auto& future : futures) sum += future.result();
        return sum;
    };
    EXPECT_EQ(pool().submit(fan_out, 3000).result(), 3000 * 3001 / 2);
}

TEST_F(Nesting, hundreds_of_tasks_wait_at_once) {
    const auto outer = [](int n) { return here().submit(add, n, 1).result() + here().submit(add, n, 2).result(); };
    std::vector<Future<int>> futures;
    for (int i = 0; i < 300; ++i) futures.push_back(pool().submit(outer, i));
    for (int i = 0; i < 300; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(), 2 * i + 3);
}

TEST_F(Nesting, maps_work_inside_tasks) {
    const auto sum_of_negated = [](int count) {
        int sum = 0;
        for (const int item : here().map(negate, count_up(0, count))) sum += item;
        for (const int item : here().map_unordered(negate, count_up(0, count))) sum += item;
        return sum;
    };
    EXPECT_EQ(pool().submit(sum_of_negated, 100).result(), -9900);
    int total = 0;
    for (const int item : pool().map({.chunk_size = 2}, sum_of_negated, std::vector(6, 20))) total += item;
    EXPECT_EQ(total, 6 * -380) << "maps in maps";
}

TEST_F(Nesting, waiting_calls_work_inside_tasks) {
    const auto outer = [] {
        std::vector<Future<int>> futures = here().submit_all(negate, std::vector{1, 2, 3});
        int sum = 0;
        for (const auto& future : as_completed(futures)) sum += future.result();
        futures = here().submit_all(negate, std::vector{10, 20});
        for (const auto& future : wait(futures).done) sum += future.result();
        futures.push_back(here().submit(refuse));
        sum += static_cast<int>(wait(futures, patience, ReturnWhen::first_exception).done.size() > 0);
        const auto all = when_all(here().submit_all(negate, std::vector{100, 200}));
        sum += all.result()[1];
        sum += here().submit(add, here().submit(add, 1, 2), 3).result();
        sum += here().submit(add, 1, 2).then(negate).result();
        sum += here().submit([](const std::vector<int>& values) { return values[0]; }, all).result();
        sum += static_cast<int>(when_any(here().submit_all(negate, std::vector{7})).result());
        return sum;
    };
    EXPECT_EQ(pool().submit(outer).result(), -6 - 30 + 1 - 200 + 6 - 3 - 100 + 0);
}

TEST_F(Nesting, callbacks_work_inside_tasks) {
    const auto outer = [](Counter calls) {
        const auto future = here().submit(add, 1, 2);
        future.add_done_callback([calls] { calls.add(); });
        Executor& executor = here();
        future.add_done_callback([calls, &executor] {
            if (executor.submit(add, 3, 4).result() == 7) calls.add();
        });
        future.result();
        future.add_done_callback([calls] { calls.add(); });
    };
    const Counter calls = Counter::make();
    pool().submit(outer, calls).result();
    EXPECT_TRUE(eventually([&] { return calls.value() == 3; }));
    EXPECT_EQ(pool().submit(add, 1, 2).result(), 3);
}

TEST_F(Nesting, options_work_inside_tasks) {
    const auto outer = [] {
        const auto fails_once = [] {
            if (this_task::attempt() == 1) throw std::runtime_error("once");
            return this_task::name() + this_task::key();
        };
        return here().submit({.name = "n", .key = "k", .priority = 3, .retries = 1}, fails_once).result();
    };
    EXPECT_EQ(pool().submit(outer).result(), "nk");
}

TEST_F(Nesting, exceptions_of_inner_tasks_can_be_caught_in_the_outer) {
    const auto outer = [] {
        try {
            here().submit(refuse).result();
        } catch (const std::out_of_range& error) {
            return std::string(error.what());
        }
        return std::string("nothing");
    };
    EXPECT_EQ(pool().submit(outer).result(), "no such cell");
}

// The runtime keeps the exceptions that are being handled per thread; waiting switches tasks on one thread.
TEST_F(Nesting, waiting_inside_a_catch_block_keeps_the_exception) {
    const auto outer = [](int number) -> int {
        try {
            throw std::runtime_error("outer " + std::to_string(number));
        } catch (const std::runtime_error& error) {
            try {
                here().submit(refuse).result();
            } catch (const std::out_of_range&) {
                if (here().submit(add, 1, 2).result() != 3) return 0;
            }
            if (std::string(error.what()) != "outer " + std::to_string(number)) return 0;
            throw;
        }
    };
    std::vector<Future<int>> futures;
    for (int i = 0; i < 50; ++i) futures.push_back(pool().submit(outer, i));
    for (int i = 0; i < 50; ++i) {
        try {
            futures[static_cast<std::size_t>(i)].result();
            FAIL();
        } catch (const std::runtime_error& error) {
            EXPECT_EQ(error.what(), "outer " + std::to_string(i));
        }
    }
}

void fail_below(int levels) {
    if (levels == 0) throw std::domain_error("at the bottom");
    here().submit({.name = "level " + std::to_string(levels - 1)}, fail_below, levels - 1).result();
}

TEST_F(Nesting, an_exception_tells_the_tasks_it_went_through) {
    try {
        pool().submit({.name = "level 3"}, fail_below, 3).result();
        FAIL();
    } catch (const std::domain_error& error) {
        const auto* where = dynamic_cast<const TaskError*>(&error);
        ASSERT_NE(where, nullptr);
        EXPECT_STREQ(error.what(), "at the bottom");
        EXPECT_EQ(where->task(), "level 0");
        EXPECT_EQ(where->type_name(), "std::domain_error");
        EXPECT_EQ(where->failure().passed_through, (std::vector<std::string>{"level 1", "level 2", "level 3"}));
        EXPECT_NE(where->describe().find("which task 'level 3' waited for"), std::string::npos) << where->describe();
    }
}

TEST_F(Nesting, an_exception_tells_the_map_it_went_through) {
    try {
        for ([[maybe_unused]] Unit unit : pool().map({.task = {.name = "outer map"}}, fail_below, std::vector{1})) {
        }
        FAIL();
    } catch (const TaskError& error) {
        EXPECT_EQ(error.task(), "level 0");
        EXPECT_EQ(error.failure().passed_through, std::vector<std::string>{"outer map"});
    }
}

TEST_F(Nesting, inner_tasks_can_be_cancelled) {
    const auto outer = [](Counter runs) {
        const auto inner = here().submit(count_and_return, runs, 1);
        const auto dependent = here().submit(add, inner, 1);
        const bool cancelled = inner.cancel();
        if (cancelled != inner.cancelled()) return std::string("cancel() and cancelled() disagree");
        if (!cancelled) return std::string(inner.result() == 1 && dependent.result() == 2 ? "ran" : "bad result");
        try {
            dependent.result();
        } catch (const CancelledError&) {
            return std::string("cancelled");
        }
        return std::string("the dependent ran");
    };
    const Counter runs = Counter::make();
    const std::string what = pool().submit(outer, runs).result(patience);
    EXPECT_TRUE(what == "ran" || what == "cancelled") << what;
    EXPECT_EQ(runs.value(), what == "ran" ? 1 : 0);
    if (executor_under_test()->runs_in_background() && pool().slots() == 1) {
        EXPECT_EQ(what, "cancelled") << "the only slot is the outer task's";
    }
}

TEST_F(Nesting, composed_futures_inside_tasks_cannot_be_cancelled_and_harm_nobody) {
    const auto outer = [] {
        const auto parts = here().submit_all(negate, std::vector{1, 2});
        const auto all = when_all(parts);
        const bool cancelled = all.cancel();
        const int sum = parts[0].result() + parts[1].result() + all.result()[0];
        return std::pair(cancelled, sum);
    };
    EXPECT_EQ(pool().submit(outer).result(patience), std::pair(false, -4));
}

TEST_F(Nesting, a_cancelled_error_of_an_inner_task_is_the_outer_ones_failure) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto outer = [] { throw CancelledError("something inside"); };
    const auto future = pool().submit(outer);
    EXPECT_THROW(future.result(), CancelledError);
    EXPECT_FALSE(future.cancelled());
    EXPECT_NE(future.exception(), nullptr);
}

TEST_F(Nesting, inner_tasks_can_be_asked_to_stop) {
    RANKPOOL_NEEDS_BACKGROUND();
    RANKPOOL_NEEDS_SLOTS(2U);
    const auto outer = [](Counter started) {
        const auto inner = here().submit(
            [](Counter counter) {
                counter.add();
                while (!this_task::stop_requested()) std::this_thread::sleep_for(1ms);
                return 5;
            },
            started);
        while (started.value() == 0) std::this_thread::sleep_for(1ms);
        inner.request_stop();
        return inner.result();
    };
    EXPECT_EQ(pool().submit(outer, Counter::make()).result(patience), 5);
}

// Also: an idle worker takes what a busy one cannot start.
TEST_F(Nesting, a_timeout_inside_a_task_ends_the_wait) {
    RANKPOOL_NEEDS_BACKGROUND();
    RANKPOOL_NEEDS_SLOTS(2U);
    const auto outer = [](Counter started, Gate gate) {
        const auto inner = here().submit(announce_and_pass, started, gate);
        while (started.value() == 0) std::this_thread::sleep_for(1ms);
        int timeouts = 0;
        for (const Duration timeout : {Duration(0s), Duration(1ms), Duration(10ms)}) {
            try {
                inner.result(timeout);
            } catch (const TimeoutError&) {
                ++timeouts;
            }
        }
        timeouts += static_cast<int>(wait(std::vector{inner}, 1ms).not_done.size());
        gate.open();
        inner.result();
        return timeouts;
    };
    EXPECT_EQ(pool().submit(outer, Counter::make(), Gate::make()).result(patience), 4);
}

TEST_F(Nesting, a_timeout_inside_a_task_does_not_wait_for_the_queue_to_run_dry) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto outer = [](Counter runs) {
        const auto nap = [](Counter counter) {
            std::this_thread::sleep_for(1ms);
            counter.add();
        };
        std::vector<Future<void>> naps;
        for (int i = 0; i < 500; ++i) naps.push_back(here().submit(nap, runs));
        try {
            naps.back().result(5ms);
        } catch (const TimeoutError&) {
        }
        const auto seen = runs.value();
        for (const auto& future : naps) future.cancel();
        return seen;
    };
    EXPECT_LT(pool().submit(outer, Counter::make()).result(patience), 500);
}

TEST_F(Nesting, threads_that_a_task_starts_may_wait_too) {
    const auto outer = [] {
        const auto future = here().submit(add, 1, 2);
        int result = 0;
        std::thread helper([&] { result = future.result(); });
        future.result();
        helper.join();
        return result;
    };
    EXPECT_EQ(pool().submit(outer).result(patience), 3);
}

TEST_F(Nesting, with_several_slots_per_worker) {
    make_pool({.slots = 3});
    EXPECT_EQ(pool().submit(fibonacci, 11).result(), 89);
    for (const int result : pool().map(descend, std::vector(10, 20))) EXPECT_EQ(result, 20);
}

TEST_F(Nesting, with_a_coordinator_that_works_too) {
    if (executor_under_test()->ranks() < 2) GTEST_SKIP() << "a rule about ranks";
    make_pool({.coordinator_works = true});
    EXPECT_EQ(pool().slots(), static_cast<std::size_t>(executor_under_test()->ranks()));
    EXPECT_EQ(pool().submit(fibonacci, 12).result(), 144);
    const Gate gate = Gate::make();
    const auto held = hold_all_slots(gate);
    gate.open();
    wait(held);
}

}  // namespace
}  // namespace rankpool::tests
