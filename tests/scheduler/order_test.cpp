#include <limits>
#include <scheduler/scheduler_harness.hpp>
#include <vector>

#include <gtest/gtest.h>

namespace rankpool::scheduler {
namespace {

/// Tasks in the order in which a single worker with a single slot runs them.
std::vector<TaskId> run_all(SchedulerHarness& scheduler, CommandSink commands) {
    std::vector<TaskId> order;
    std::vector<AssignTask> held;
    for (std::size_t next = 0;; ++next) {
        for (const Command& command : commands) {
            if (const auto* assigned = std::get_if<AssignTask>(&command)) held.push_back(*assigned);
        }
        if (next == held.size()) return order;
        order.push_back(held[next].task);
        commands = scheduler.when(returned(held[next].task, held[next].execution));
    }
}

TEST(Order, is_submission_order_among_equals) {
    SchedulerHarness scheduler;
    scheduler.given({task_submitted(t3), task_submitted(t1), task_submitted(t2)});
    EXPECT_EQ(run_all(scheduler, scheduler.when(worker_joined(w0))), (std::vector{t3, t1, t2}));
}

TEST(Order, puts_priority_before_level_before_submission) {
    SchedulerHarness scheduler;
    scheduler.given({with_level(0, task_submitted(t0)), with_level(2, task_submitted(t1)),
                     with_priority(1, task_submitted(t2)), with_priority(-1, with_level(9, task_submitted(t3))),
                     with_level(2, task_submitted(t4)), with_priority(1, with_level(1, task_submitted(t5)))});
    EXPECT_EQ(run_all(scheduler, scheduler.when(worker_joined(w0))), (std::vector{t5, t2, t1, t4, t0, t3}));
}

TEST(Order, prefers_long_ways_among_equals) {
    SchedulerHarness scheduler;
    scheduler.given({with_path(10, task_submitted(t0)), with_path(1000, task_submitted(t1)),
                     with_path(1010, task_submitted(t2)), with_level(1, task_submitted(t3)), task_submitted(t4)});
    EXPECT_EQ(run_all(scheduler, scheduler.when(worker_joined(w0))), (std::vector{t3, t2, t1, t0, t4}));
}

TEST(Order, tells_ways_apart_to_a_thousandth) {
    std::uint32_t last = 0;
    for (std::uint64_t path = 0; path <= 0xFFFF'FFFF; path += path / 2048 + 1) {
        const std::uint32_t bucket = bucket_of_path(static_cast<std::uint32_t>(path));
        EXPECT_TRUE(bucket == last || bucket == last + 1 || path == 0) << path;
        last = bucket;
    }
    EXPECT_LT(bucket_of_path(2046), bucket_of_path(2047));
}

TEST(Order, spans_all_priorities) {
    SchedulerHarness scheduler;
    constexpr auto lowest = std::numeric_limits<std::int32_t>::min();
    constexpr auto highest = std::numeric_limits<std::int32_t>::max();
    scheduler.given({with_priority(lowest, task_submitted(t0)), with_priority(0, task_submitted(t1)),
                     with_priority(highest, task_submitted(t2)), with_priority(-1, task_submitted(t3))});
    EXPECT_EQ(run_all(scheduler, scheduler.when(worker_joined(w0))), (std::vector{t2, t1, t3, t0}));
}

TEST(Order, gives_a_task_that_is_tried_again_its_old_place) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), with_retries(1, task_submitted(t0)), task_submitted(t1), task_submitted(t2),
                     task_submitted(t3)});  // t0 and t1 are with the worker.
    EXPECT_EQ(scheduler.when(raised(t0)), commands(assign(t0, w0, second, 2)));
}

TEST(Order, gives_the_tasks_of_lost_workers_their_old_places) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0, 2), worker_joined(w1, 2)});
    for (const TaskId task : {t0, t1, t2, t3, t4, t5, t6, t7}) scheduler.given({task_submitted(task)});
    scheduler.given({worker_lost(w1), worker_lost(w0)});
    EXPECT_EQ(run_all(scheduler, scheduler.when(worker_joined(w2))), (std::vector{t0, t1, t2, t3, t4, t5, t6, t7}));
}

}  // namespace
}  // namespace rankpool::scheduler
