#include <algorithm>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Options : public ExecutorTest {};
class ThisTask : public ExecutorTest {};

// Name, key, host, rank, attempt, exists, stop requested, slots.
using Seen = std::tuple<std::string, std::string, std::string, int, std::uint32_t, bool, bool, std::size_t>;

Seen look() {
    return {this_task::name(),    this_task::key(),    this_task::host(),           this_task::rank(),
            this_task::attempt(), this_task::exists(), this_task::stop_requested(), this_task::executor().slots()};
}

int fail_until(std::uint32_t attempt) {
    if (this_task::attempt() < attempt) {
        throw std::runtime_error("attempt " + std::to_string(this_task::attempt()) + " failed");
    }
    return static_cast<int>(this_task::attempt());
}

TEST_F(ThisTask, says_who_and_where_it_is) {
    std::string host(256, '\0');
    ASSERT_EQ(gethostname(host.data(), host.size()), 0);
    host.resize(host.find('\0'));
    const auto [name, key, seen_host, rank, attempt, exists, stop_requested, slots] =
        pool().submit({.name = "step 7", .key = "s7"}, look).result();
    EXPECT_EQ(name, "step 7");
    EXPECT_EQ(key, "s7");
    EXPECT_EQ(seen_host, host);
    EXPECT_GE(rank, executor_under_test()->ranks() > 1 ? 1 : 0);
    EXPECT_LT(rank, executor_under_test()->ranks());
    EXPECT_EQ(attempt, 1U);
    EXPECT_TRUE(exists);
    EXPECT_FALSE(stop_requested);
    EXPECT_EQ(slots, pool().slots());
}

TEST_F(ThisTask, has_a_number_of_its_own_in_every_attempt) {
    std::set<std::uint64_t> ids;
    for (const auto& future : pool().submit_all([](int) { return this_task::id(); }, std::vector<int>(50))) {
        ids.insert(future.result(patience));
    }
    const Log attempts = Log::make(2);
    pool()
        .submit(
            {.retries = 1},
            [](Log log) {
                log.write(static_cast<std::int64_t>(this_task::id()));
                fail_until(2);
            },
            attempts)
        .result(patience);
    for (const std::int64_t id : attempts.entries()) ids.insert(static_cast<std::uint64_t>(id));
    EXPECT_EQ(ids.size(), 52U);
}

TEST_F(ThisTask, knows_what_is_left_of_the_pools_time) {
    const auto left = [] { return this_task::time_left().count(); };
    EXPECT_EQ(Duration(pool().submit(left).result(patience)), duration_max);
    make_pool({.time = 1h});
    const Duration first(pool().submit(left).result(patience));
    EXPECT_LE(first, 1h);
    EXPECT_GT(first, 1h - patience);
    EXPECT_LT(Duration(pool().submit(left).result(patience)), first);
}

TEST_F(ThisTask, logs_lines_that_come_out_whole_on_rank_0) {
    make_pool({.coordinator_works = true});
    testing::internal::CaptureStderr();
    const auto report = [](int number) {
        this_task::log() << "number " << number << "\nhalf of " << number << " is " << std::flush << number / 2.0;
    };
    std::vector<Future<void>> tasks;
    for (int i = 0; i < 20; ++i) tasks.push_back(pool().submit({.name = "task " + std::to_string(i)}, report, i));
    wait(tasks);
    const std::string text = testing::internal::GetCapturedStderr();
    std::vector<std::string> found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_TRUE(line.starts_with("[rank ")) << line;
        found.push_back(line.substr(line.find("] ") + 2));
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> expected;
    for (int i = 0; i < 20; ++i) {
        const std::string name = "task " + std::to_string(i) + ": ";
        std::ostringstream half;
        half << "half of " << i << " is " << i / 2.0;
        expected.push_back(name + "number " + std::to_string(i));
        expected.push_back(name + half.str());
    }
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(found, expected);
}

TEST_F(ThisTask, is_not_known_outside_of_tasks) {
    EXPECT_FALSE(this_task::exists());
    EXPECT_THROW((void)this_task::id(), ContractError);
    EXPECT_THROW((void)this_task::time_left(), ContractError);
    EXPECT_THROW((void)this_task::log(), ContractError);
    EXPECT_THROW((void)this_task::name(), ContractError);
    EXPECT_THROW((void)this_task::executor(), ContractError);
    pool().submit(look).result();
    EXPECT_FALSE(this_task::exists());
}

TEST_F(ThisTask, is_the_same_before_and_after_waiting) {
    const auto outer = [] {
        const Seen before = look();
        const Seen inner = this_task::executor().submit({.name = "inner", .key = "i"}, look).result();
        return std::pair(before == look(), std::get<0>(inner) + std::get<1>(inner));
    };
    EXPECT_EQ(pool().submit({.name = "outer"}, outer).result(), std::pair(true, std::string("inneri")));
}

TEST_F(ThisTask, without_a_name_has_its_functions) {
    if (executor_under_test()->shares_memory()) GTEST_SKIP() << "calls in memory do not know their function's name";
    const std::string name = std::get<0>(pool().submit<&look>().result());
    EXPECT_NE(name.find("look"), std::string::npos) << name;
    EXPECT_EQ(std::get<1>(pool().submit(look).result()), "");
}

TEST_F(Options, are_kept_apart_for_each_task) {
    std::vector<Future<Seen>> futures;
    for (int i = 0; i < 100; ++i) {
        futures.push_back(pool().submit({.name = "name " + std::to_string(i), .key = std::to_string(i)}, look));
    }
    for (std::size_t i = 0; i < 100; ++i) {
        EXPECT_EQ(std::get<0>(futures[i].result()), "name " + std::to_string(i));
        EXPECT_EQ(std::get<1>(futures[i].result()), std::to_string(i));
    }
}

// The first task is sent to the worker while that is busy, so that it has something to do next; it may keep its turn.
constexpr std::int64_t sent_ahead = 0;
std::vector<std::int64_t> without(std::int64_t number, std::vector<std::int64_t> numbers) {
    std::erase(numbers, number);
    return numbers;
}

TEST_F(Options, higher_priority_runs_earlier_then_the_order_of_submission) {
    RANKPOOL_NEEDS_BACKGROUND();
    RANKPOOL_NEEDS_ONE_SLOT();
    const Gate gate = Gate::make();
    const Log log = Log::make(100);
    hold_all_slots(gate);
    const auto write = [](Log to, int number) { to.write(number); };
    std::vector<Future<void>> futures;
    for (int i = 0; i < 40; ++i) {
        futures.push_back(pool().submit({.priority = i % 4 - 1}, write, log, (i % 4) * 100 + i));
    }
    gate.open();
    wait(futures);
    std::vector<std::int64_t> expected;
    for (int priority = 3; priority >= 0; --priority) {
        for (int i = priority; i < 40; i += 4) expected.push_back(priority * 100 + i);
    }
    EXPECT_EQ(without(sent_ahead, log.entries()), without(sent_ahead, expected));
    EXPECT_EQ(log.entries().size(), 40U);
}

TEST_F(Options, a_late_task_of_higher_priority_overtakes) {
    RANKPOOL_NEEDS_BACKGROUND();
    RANKPOOL_NEEDS_ONE_SLOT();
    const Gate first = Gate::make();
    const Gate second = Gate::make();
    const Counter started = Counter::make();
    const Log log = Log::make(100);
    hold_all_slots(first);
    const auto write = [](Log to, int number) { to.write(number); };
    std::vector<Future<void>> futures{pool().submit({.priority = 1}, announce_and_pass, started, second)};
    for (int i = 0; i < 10; ++i) futures.push_back(pool().submit(write, log, i));
    first.open();
    ASSERT_TRUE(eventually([&] { return started.value() == 1; }));
    futures.push_back(pool().submit({.priority = 5}, write, log, 100));
    second.open();
    wait(futures);
    EXPECT_EQ(log.entries().size(), 11U);
    EXPECT_EQ(without(sent_ahead, log.entries()), (std::vector<std::int64_t>{100, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(Options, without_retries_an_exception_is_final) {
    EXPECT_THROW((void)pool().submit(fail_until, 2U).result(), std::runtime_error);
}

TEST_F(Options, a_task_is_retried_until_it_succeeds) {
    EXPECT_EQ(pool().submit({.retries = 3}, fail_until, 4U).result(), 4);
    EXPECT_EQ(pool().submit({.retries = 100}, fail_until, 2U).result(), 2);
    EXPECT_EQ(pool().submit({.retries = 5}, fail_until, 1U).result(), 1);
}

TEST_F(Options, when_retries_are_used_up_the_last_exception_counts) {
    try {
        (void)pool().submit({.name = "try", .retries = 2}, fail_until, 9U).result();
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "attempt 3 failed");
        const auto* where = dynamic_cast<const TaskError*>(&error);
        ASSERT_NE(where, nullptr);
        EXPECT_EQ(where->attempt(), 3U);
        EXPECT_EQ(where->task(), "try");
    }
}

TEST_F(Options, retries_get_their_arguments_unchanged) {
    const auto spoil = [](std::vector<int> values, std::string text) {
        const auto seen = values.size() + text.size();
        values.clear();
        text.clear();
        if (this_task::attempt() < 3) throw std::runtime_error("again");
        return seen;
    };
    EXPECT_EQ(pool().submit({.retries = 2}, spoil, std::vector{1, 2, 3}, "text").result(), 7U);
    const auto input = pool().submit([] { return std::vector{1, 2, 3}; });
    EXPECT_EQ(pool().submit({.retries = 2}, spoil, input, "text").result(), 7U);
}

TEST_F(Options, many_retried_tasks_keep_their_own_results) {
    std::vector<Future<int>> futures;
    for (int i = 0; i < 200; ++i) {
        futures.push_back(pool().submit({.retries = 4}, fail_until, static_cast<std::uint32_t>(1 + i % 5)));
    }
    for (int i = 0; i < 200; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(), 1 + i % 5);
}

}  // namespace
}  // namespace rankpool::tests
