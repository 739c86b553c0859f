#include <chrono>
#include <scheduler/scheduler_harness.hpp>
#include <vector>

#include <gtest/gtest.h>

namespace rankpool::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{};

/// Carries out AssignTask as a worker would, without ever waiting: every task returns at once.
void run_to_the_end(Scheduler& scheduler, CommandSink& commands) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
        if (!std::holds_alternative<AssignTask>(commands[i])) continue;
        const AssignTask assigned = std::get<AssignTask>(commands[i]);
        scheduler.on(returned(assigned.task, assigned.execution, 1us), start, commands);
    }
}

TEST(Scale, a_chain_of_a_million_fails_without_recursion) {
    constexpr std::uint32_t length = 1'000'000;
    Scheduler scheduler;
    CommandSink commands;
    scheduler.on(task_submitted(t0), start, commands);
    for (std::uint32_t i = 1; i < length; ++i)
        scheduler.on(task_submitted(TaskId{i}, {TaskId{i - 1}}), start, commands);
    scheduler.on(cancel(t0), start, commands);
    ASSERT_EQ(commands.size(), length);
    EXPECT_EQ(commands.back(), Command{settle(TaskId{length - 1}, Settlement::input_cancelled, TaskId{length - 2})});
    scheduler.check_invariants();
}

TEST(Scale, a_chain_of_a_million_runs) {
    constexpr std::uint32_t length = 1'000'000;
    Scheduler scheduler;
    CommandSink commands;
    scheduler.on(task_submitted(t0), start, commands);
    for (std::uint32_t i = 1; i < length; ++i)
        scheduler.on(task_submitted(TaskId{i}, {TaskId{i - 1}}), start, commands);
    scheduler.on(worker_joined(w0), start, commands);
    run_to_the_end(scheduler, commands);
    EXPECT_EQ(scheduler.counters().settled_as(Settlement::succeeded), length);
    scheduler.check_invariants();
}

TEST(Scale, ten_thousand_inputs_and_as_many_dependents) {
    constexpr std::uint32_t width = 10'000;
    Scheduler scheduler;
    CommandSink commands;
    scheduler.on(task_submitted(t0), start, commands);
    std::vector<TaskId> middle;
    for (std::uint32_t i = 1; i <= width; ++i) {
        middle.push_back(TaskId{i});
        scheduler.on(task_submitted(middle.back(), {t0}), start, commands);
    }
    scheduler.on(TaskSubmitted{.task = TaskId{width + 1}, .function = f0, .inputs = middle}, start, commands);
    scheduler.on(worker_joined(w0), start, commands);
    run_to_the_end(scheduler, commands);
    EXPECT_EQ(commands.back(), Command{settle(TaskId{width + 1})});
    EXPECT_EQ(scheduler.counters().settled_as(Settlement::succeeded), width + 2);
    scheduler.check_invariants();
}

TEST(Scale, ten_thousand_tasks_wait_inside_each_other_on_one_worker) {
    constexpr std::uint32_t depth = 10'000;
    Scheduler scheduler;
    CommandSink commands;
    scheduler.on(worker_joined(w0), start, commands);
    for (std::uint32_t i = 0; i < depth; ++i) {
        commands.clear();
        scheduler.on(with_level(static_cast<std::uint16_t>(i), task_submitted(TaskId{i})), start, commands);
        ASSERT_EQ(commands, CommandSink{assign(TaskId{i}, w0)});
        scheduler.on(suspended(TaskId{i}), start, commands);
    }
    scheduler.check_invariants();
    for (std::uint32_t i = depth; i-- > 0;) {
        scheduler.on(resumed(TaskId{i}), start, commands);
        scheduler.on(returned(TaskId{i}), start, commands);
    }
    EXPECT_EQ(scheduler.counters().settled_as(Settlement::succeeded), depth);
    scheduler.check_invariants();
}

TEST(Scale, a_steady_state_needs_no_more_memory) {
    // A waiting task that is cancelled again and again leaves edges at its input; they must not pile up.
    Scheduler scheduler;
    CommandSink commands;
    scheduler.on(task_submitted(t0), start, commands);
    for (int i = 0; i < 100'000; ++i) {
        scheduler.on(task_submitted(t1, {t0, t0, t0}), start, commands);
        scheduler.on(cancel(t1), start, commands);
        commands.clear();
    }
    EXPECT_LT(scheduler.edges_in_use(), 10'000U);
    scheduler.check_invariants();
}

TEST(Scale, a_million_priorities) {
    constexpr std::int32_t count = 1'000'000;
    Scheduler scheduler;
    CommandSink commands;
    for (std::int32_t i = 0; i < count; ++i) {
        scheduler.on(with_priority(i % 2 == 0 ? i : -i, task_submitted(TaskId{static_cast<std::uint32_t>(i)})), start,
                     commands);
    }
    scheduler.on(worker_joined(w0), start, commands);
    EXPECT_EQ(commands.front(), Command{assign(TaskId{count - 2}, w0)});
    run_to_the_end(scheduler, commands);
    EXPECT_EQ(commands.back(), Command{settle(TaskId{count - 1})});
    scheduler.check_invariants();
}

}  // namespace
}  // namespace rankpool::scheduler
