// Ranges of items, carved into tasks as workers want work.
#include <algorithm>
#include <chrono>
#include <numeric>
#include <scheduler/scheduler_harness.hpp>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/core/contract.hpp>

namespace rankpool::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr RangeId range{0};

TEST(Ranges, have_one_task_carved_that_is_not_assigned) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0)});
    EXPECT_EQ(scheduler.when(RangeSubmitted{range, f0, 100}), commands(carve(range, 0, 1)));
    EXPECT_EQ(scheduler.when(with_range(range, task_submitted(t0))), commands(assign(t0, w0), carve(range, 1, 1)));
    EXPECT_EQ(scheduler.when(with_range(range, task_submitted(t1))), commands(assign(t1, w0), carve(range, 2, 1)));
    EXPECT_EQ(scheduler.when(with_range(range, task_submitted(t2))), no_commands());  // It waits, and so does the rest.
    scheduler.given({returned(t0, first, 1us)});
    EXPECT_EQ(scheduler.when(returned(t1, first, 1us)), commands(settle(t1), assign(t2, w0), carve(range, 3, 4)));
}

/// Runs a range to its end, as one worker would after the other; returns how many items the tasks had.
std::vector<std::uint64_t> run(std::uint64_t items, Duration of_one, std::uint32_t workers, std::size_t& tasks_max) {
    Scheduler scheduler;
    CommandSink commands;
    Instant now{};
    for (WorkerId id{0}; id.value < workers; ++id.value) scheduler.on(worker_joined(id), now, commands);
    scheduler.on(RangeSubmitted{range, f0, items}, now, commands);
    std::vector<std::uint64_t> counts;
    std::vector<AssignTask> held;
    std::vector<std::uint64_t> items_of;
    std::vector<TaskId> vacant;
    std::size_t live = 0;
    for (std::size_t i = 0, next = 0; i < commands.size() || next < held.size();) {
        if (i == commands.size()) {
            const AssignTask task = held[next++];
            now += of_one;
            commands.clear();
            i = 0;
            const auto busy = of_one * static_cast<Duration::rep>(items_of[task.task.value]);
            scheduler.on(TaskFinished{task.task, task.execution, TaskEnd::returned, busy}, now, commands);
            scheduler.check_invariants();
            continue;
        }
        const Command command = commands[i++];
        if (const auto* assigned = std::get_if<AssignTask>(&command)) held.push_back(*assigned);
        if (const auto* settled = std::get_if<SettleTask>(&command)) {
            vacant.push_back(settled->task);
            --live;
        }
        if (const auto* carved = std::get_if<CarveRange>(&command)) {
            EXPECT_EQ(carved->first, std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
            counts.push_back(carved->count);
            TaskId id{static_cast<std::uint32_t>(items_of.size())};
            if (vacant.empty()) {
                items_of.push_back(carved->count);
            } else {
                id = vacant.back();
                vacant.pop_back();
                items_of[id.value] = carved->count;
            }
            tasks_max = std::max(tasks_max, ++live);
            scheduler.on(with_range(range, task_submitted(id)), now, commands);
        }
    }
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), items);
    return counts;
}

TEST(Ranges, of_ten_million_items_take_memory_for_what_is_in_flight) {
    std::size_t tasks_max = 0;
    const std::vector<std::uint64_t> counts = run(10'000'000, 1us, 8, tasks_max);
    EXPECT_LE(tasks_max, 8U * 200U);  // At first, when they are of one item each.
    // Tasks of some 200 us once the length of an item is known.
    EXPECT_EQ(*std::max_element(counts.begin(), counts.end()), 128U);
    EXPECT_LT(counts.size(), 80'000U);
}

TEST(Ranges, are_carved_smaller_toward_the_end) {
    std::size_t tasks_max = 0;
    const std::vector<std::uint64_t> counts = run(100'000, 10us, 4, tasks_max);
    EXPECT_EQ(*std::max_element(counts.begin(), counts.end()), 16U);
    EXPECT_LE(counts.back(), 2U);
    EXPECT_TRUE(std::is_sorted(counts.rbegin(), counts.rbegin() + 20));
}

TEST(Ranges, of_long_items_are_carved_one_by_one) {
    std::size_t tasks_max = 0;
    EXPECT_EQ(run(50, 1s, 2, tasks_max), std::vector<std::uint64_t>(50, 1));
}

TEST(Ranges, can_be_cancelled) {
    SchedulerHarness scheduler;
    scheduler.given({RangeSubmitted{range, f0, 100}, RangeCancelled{range}});
    EXPECT_THROW(scheduler.when(with_range(range, task_submitted(t0))), ContractError);
    EXPECT_EQ(scheduler.when(RangeSubmitted{range, f0, 1}), commands(carve(range, 0, 1)));
}

TEST(Ranges, go_on_when_a_carved_task_is_cancelled) {
    SchedulerHarness scheduler;
    scheduler.given({RangeSubmitted{range, f0, 2}, with_range(range, task_submitted(t0))});
    EXPECT_EQ(scheduler.when(cancel(t0)), commands(carve(range, 1, 1), settle(t0, Settlement::cancelled)));
}

TEST(Ranges, have_tasks_that_are_tried_again_like_others) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), RangeSubmitted{range, f0, 2}});
    scheduler.given({with_retries(1, with_range(range, task_submitted(t0)))});
    EXPECT_EQ(scheduler.when(raised(t0)), commands(assign(t0, w0, second, 2)));
}

}  // namespace
}  // namespace rankpool::scheduler
