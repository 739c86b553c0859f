#include <scheduler/scheduler_harness.hpp>

#include <gtest/gtest.h>

namespace rankpool::scheduler {
namespace {

TEST(Workforce, may_come_after_the_tasks) {
    SchedulerHarness scheduler;
    EXPECT_EQ(scheduler.when(task_submitted(t0)), no_commands());
    EXPECT_EQ(scheduler.when(worker_joined(w0)), commands(assign(t0, w0)));
}

TEST(Workforce, gives_the_tasks_of_a_lost_worker_to_the_next_one) {
    SchedulerHarness scheduler;
    scheduler.given(
        {worker_joined(w0, 3), task_submitted(t0), task_submitted(t1), task_submitted(t2), started(t1), suspended(t2)});
    EXPECT_EQ(scheduler.when(worker_lost(w0)), no_commands());
    EXPECT_EQ(scheduler.when(worker_joined(w1, 3)),
              commands(assign(t0, w1, second, 2), assign(t1, w1, second, 2), assign(t2, w1, second, 2)));
    EXPECT_EQ(scheduler->counters().lost_retries, 3U);
}

TEST(Workforce, a_lost_worker_uses_up_no_retries) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), with_retries(1, task_submitted(t0)), worker_lost(w0), worker_joined(w1)});
    EXPECT_EQ(scheduler.when(raised(t0, second)), commands(assign(t0, w1, third, 3)));
}

TEST(Workforce, a_result_of_a_lost_worker_comes_too_late) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), worker_lost(w0)});
    EXPECT_EQ(scheduler.when(returned(t0, first)), no_commands());
    EXPECT_EQ(scheduler.when(worker_joined(w1)), commands(assign(t0, w1, second, 2)));
}

TEST(Workforce, a_draining_worker_gives_back_what_it_has_not_started_and_finishes_the_rest) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), started(t0), task_submitted(t1)});
    EXPECT_EQ(scheduler.when(worker_draining(w0)), commands(revoke(t1, w0)));
    EXPECT_EQ(scheduler.when(task_submitted(t2)), no_commands());
    EXPECT_EQ(scheduler.when(gave_back(t1)), no_commands());
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0)));
    EXPECT_EQ(scheduler.when(worker_draining(w0)), no_commands());  // Told twice: nothing new.
    EXPECT_EQ(scheduler.when(worker_lost(w0)), no_commands());
    EXPECT_EQ(scheduler.when(worker_joined(w1)), commands(assign(t1, w1, second), assign(t2, w1)));
}

TEST(Workforce, a_draining_worker_may_hold_waiting_tasks_until_they_end) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), worker_joined(w1), task_submitted(t0), suspended(t0), worker_draining(w0)});
    EXPECT_EQ(scheduler.when(with_level(1, task_submitted(t1))), commands(assign(t1, w1)));
    EXPECT_EQ(scheduler.when(returned(t1)), commands(settle(t1)));
    EXPECT_EQ(scheduler.when(resumed(t0)), no_commands());
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0)));
}

TEST(Workforce, equal_workers_take_turns) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), worker_joined(w1), worker_joined(w2)});
    EXPECT_EQ(scheduler.when(task_submitted(t0)), commands(assign(t0, w0)));
    EXPECT_EQ(scheduler.when(task_submitted(t1)), commands(assign(t1, w1)));
    EXPECT_EQ(scheduler.when(task_submitted(t2)), commands(assign(t2, w2)));
    EXPECT_EQ(scheduler.when(task_submitted(t3)), commands(assign(t3, w0)));
    EXPECT_EQ(scheduler.when(task_submitted(t4)), commands(assign(t4, w1)));
}

}  // namespace
}  // namespace rankpool::scheduler
