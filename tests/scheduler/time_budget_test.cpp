#include <chrono>
#include <scheduler/scheduler_harness.hpp>

#include <gtest/gtest.h>

namespace rankpool::scheduler {
namespace {

using namespace std::chrono_literals;

TEST(TimeBudget, starts_nothing_that_is_known_to_take_too_long) {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, 10s);
    scheduler.given_duration(f1, 1s);
    scheduler.given({worker_joined(w0, 4), AllocationEnds{Instant(5s)}});
    EXPECT_EQ(scheduler.when(task_submitted(t0)), no_commands());
    EXPECT_EQ(scheduler.when(with_function(f1, task_submitted(t1))), commands(assign(t1, w0)));
    EXPECT_EQ(scheduler->explain(t0),
              "task 0 is ready, but would not end in time: it takes some 10000000 us, and 5000000 us are left");
    EXPECT_EQ(scheduler.when(cancel(t0)), commands(settle(t0, Settlement::cancelled)));
}

TEST(TimeBudget, believes_what_a_request_says) {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, 1s);
    scheduler.given_request({}, {}, 10s);
    scheduler.given_request({{{gpu, whole}}}, {}, 10s);
    scheduler.given({worker_joined(w0, 4, {{gpu, whole}}), AllocationEnds{Instant(5s)}});
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t0))), no_commands());
    EXPECT_EQ(scheduler.when(with_request(r1, task_submitted(t1))), no_commands());
    EXPECT_EQ(scheduler.when(task_submitted(t2)), commands(assign(t2, w0)));
    EXPECT_EQ(scheduler.when(AllocationEnds{Instant(50s)}), commands(assign(t0, w0), assign(t1, w0)));
}

TEST(TimeBudget, allows_for_tasks_that_vary) {
    Prefill prefill{Limits{}};
    for (int i = 0; i < 100; ++i) prefill.learn(f0, i % 2 == 0 ? 1s : 3s);
    EXPECT_GT(prefill.safe_length(f0), 3s);
    EXPECT_LT(prefill.safe_length(f0), 6s);
    for (int i = 0; i < 100; ++i) prefill.learn(f0, 100s);
    EXPECT_LT(prefill.safe_length(f0), 110s);
    EXPECT_EQ(prefill.safe_length(f1), 0s);
}

TEST(TimeBudget, lets_tasks_of_unknown_length_start_until_the_end) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0, 2), AllocationEnds{Instant(5s)}});
    EXPECT_EQ(scheduler->next_deadline(), Instant(5s));
    scheduler.wait(4s);
    EXPECT_EQ(scheduler.when(task_submitted(t0)), commands(assign(t0, w0)));
    scheduler.wait(1s);
    EXPECT_EQ(scheduler.when(task_submitted(t1)), no_commands());
    EXPECT_EQ(scheduler->explain(t1), "task 1 is ready, but the time of the pool is over");
}

TEST(TimeBudget, asks_everything_back_that_has_not_started_when_it_is_over) {
    SchedulerHarness scheduler;
    scheduler.given(
        {AllocationEnds{Instant(5s)}, worker_joined(w0), task_submitted(t0), started(t0), task_submitted(t1)});
    scheduler.wait(5s);
    EXPECT_EQ(scheduler.when(TimePassed{}), commands(revoke(t1, w0)));
    EXPECT_EQ(scheduler->next_deadline(), std::nullopt);
    EXPECT_EQ(scheduler.when(TimePassed{}), no_commands());
    EXPECT_EQ(scheduler.when(gave_back(t1)), no_commands());
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0)));
    EXPECT_EQ(scheduler.when(AllocationEnds{}), commands(assign(t1, w0, second)));  // There is a next allocation.
}

TEST(TimeBudget, resumes_in_the_old_order) {
    SchedulerHarness scheduler;
    scheduler.given({AllocationEnds{Instant(0s)}, worker_joined(w0, 8)});
    for (const TaskId task : {t0, t1, t2}) scheduler.given({task_submitted(task)});
    EXPECT_EQ(scheduler.when(AllocationEnds{}), commands(assign(t0, w0), assign(t1, w0), assign(t2, w0)));
}

TEST(TimeBudget, takes_nothing_back_for_which_there_is_no_time) {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, 4ms);
    scheduler.given({AllocationEnds{Instant(10ms)}, worker_joined(w0), task_submitted(t0), task_submitted(t1)});
    scheduler.wait(8ms);
    EXPECT_EQ(scheduler.when(worker_joined(w1)), no_commands());
}

}  // namespace
}  // namespace rankpool::scheduler
