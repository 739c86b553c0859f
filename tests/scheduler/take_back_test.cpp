#include <chrono>
#include <scheduler/scheduler_harness.hpp>

#include <gtest/gtest.h>

namespace rankpool::scheduler {
namespace {

using namespace std::chrono_literals;

TEST(TakeBack, moves_a_queued_task_to_a_worker_that_becomes_idle) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), task_submitted(t1)});  // t1 waits on w0.
    EXPECT_EQ(scheduler.when(worker_joined(w1)), commands(revoke(t1, w0)));
    EXPECT_EQ(scheduler.when(gave_back(t1)), commands(assign(t1, w1, second)));  // The same attempt still.
    EXPECT_EQ(scheduler->counters().stolen_back, 1U);
}

TEST(TakeBack, leaves_the_task_where_it_has_started_after_all) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), task_submitted(t1), worker_joined(w1), returned(t0)});
    EXPECT_EQ(scheduler.when(kept(t1)), no_commands());
    EXPECT_EQ(scheduler->counters().running, 1U);
    EXPECT_EQ(scheduler.when(returned(t1)), commands(settle(t1)));
}

TEST(TakeBack, asks_once_for_every_idle_slot) {
    SchedulerHarness scheduler(eager());
    scheduler.given_duration(f0, 60us);
    scheduler.given({worker_joined(w0)});
    for (const TaskId task : {t0, t1, t2, t3, t4}) scheduler.given({task_submitted(task)});
    EXPECT_EQ(scheduler.when(worker_joined(w1, 2)), commands(revoke(t4, w0), revoke(t3, w0)));
    EXPECT_EQ(scheduler.when(gave_back(t3)), commands(assign(t3, w1, second)));
    // t3 ran; the slot it leaves is idle again, and the answer about t4 is for the other slot.
    EXPECT_EQ(scheduler.when(returned(t3, second, 60us)), commands(settle(t3), revoke(t2, w0)));
}

TEST(TakeBack, asks_the_worker_with_most_work) {
    Limits limits = eager();
    limits.long_task_in_order = limits.long_task;
    SchedulerHarness scheduler(limits);
    scheduler.given_duration(f0, 60us);
    scheduler.given_duration(f1, 4ms);
    scheduler.given({worker_joined(w0), worker_joined(w1), worker_joined(w2)});
    scheduler.given({with_function(f1, task_submitted(t0)), with_function(f1, task_submitted(t1)), task_submitted(t2),
                     task_submitted(t3), with_function(f1, task_submitted(t4))});
    // w0 and w1 have 4 ms each, w2 two short ones and the last long one.
    EXPECT_EQ(scheduler.when(returned(t0, first, 4ms)), commands(settle(t0), revoke(t4, w2)));
}

TEST(TakeBack, lets_tasks_be_that_wait_for_a_short_time_only) {
    SchedulerHarness scheduler(eager());
    scheduler.given_duration(f0, 24us);
    scheduler.given({worker_joined(w0), task_submitted(t0), task_submitted(t1), task_submitted(t2)});
    EXPECT_EQ(scheduler.when(worker_joined(w1)), no_commands());
}

TEST(TakeBack, asks_for_short_tasks_that_wait_for_long) {
    SchedulerHarness scheduler(eager());
    scheduler.given_duration(f0, 24us);
    scheduler.given(
        {worker_joined(w0), task_submitted(t0), task_submitted(t1), task_submitted(t2), task_submitted(t3)});
    EXPECT_EQ(scheduler.when(worker_joined(w1)), commands(revoke(t3, w0)));
}

TEST(TakeBack, empties_the_queue_behind_a_task_that_takes_unusually_long) {
    SchedulerHarness scheduler(eager());
    scheduler.given_duration(f0, 1us);
    scheduler.given({worker_joined(w0), worker_joined(w1), task_submitted(t0), task_submitted(t1)});
    scheduler.given({task_submitted(t2), returned(t1, first, 1us)});  // t2 waits behind t0.
    EXPECT_EQ(scheduler.when(started(t0)), commands(revoke(t2, w0)));
}

TEST(TakeBack, finds_the_task_that_can_be_moved) {
    SchedulerHarness scheduler(eager());
    scheduler.given_duration(f0, 10us);
    scheduler.given_duration(f1, 100us);
    scheduler.given({worker_joined(w0), task_submitted(t0), with_function(f1, task_submitted(t1)),
                     near(w0, 1 << 30, with_function(f1, task_submitted(t2)))});
    EXPECT_EQ(scheduler.when(worker_joined(w1)), commands(revoke(t1, w0)));
}

TEST(TakeBack, leaves_a_worker_as_many_tasks_as_it_can_run) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0, 2), task_submitted(t0), task_submitted(t1)});
    EXPECT_EQ(scheduler.when(worker_joined(w1)), no_commands());
}

TEST(TakeBack, prefers_what_is_ready) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), task_submitted(t1), task_submitted(t2)});
    EXPECT_EQ(scheduler.when(worker_joined(w1)), commands(assign(t2, w1)));
}

TEST(TakeBack, is_given_up_when_the_task_ends_first) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), task_submitted(t1), worker_joined(w1), returned(t0)});
    EXPECT_EQ(scheduler.when(returned(t1)), commands(settle(t1)));
    EXPECT_EQ(scheduler.when(kept(t1)), no_commands());
    EXPECT_EQ(scheduler->counters().late_reports, 1U);
}

TEST(TakeBack, serves_a_slot_that_a_waiting_task_leaves) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), worker_joined(w1)});
    for (const TaskId task : {t0, t1, t2}) scheduler.given({task_submitted(task)});  // t2 is ahead on w0.
    EXPECT_EQ(scheduler.when(suspended(t1)), commands(revoke(t2, w0)));
    EXPECT_EQ(scheduler.when(gave_back(t2)), commands(assign(t2, w1, second)));
}

}  // namespace
}  // namespace rankpool::scheduler
