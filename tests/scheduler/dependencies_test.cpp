#include <scheduler/scheduler_harness.hpp>

#include <gtest/gtest.h>

namespace rankpool::scheduler {
namespace {

TEST(Dependencies, hold_a_task_until_all_its_inputs_have_succeeded) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0, 4), task_submitted(t0), task_submitted(t1)});
    EXPECT_EQ(scheduler.when(task_submitted(t2, {t0, t1})), no_commands());
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0)));
    EXPECT_EQ(scheduler.when(returned(t1)), commands(settle(t1), assign(t2, w0)));
    EXPECT_EQ(scheduler.when(returned(t2)), commands(settle(t2)));
}

TEST(Dependencies, form_diamonds_and_may_repeat) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0, 4), task_submitted(t0), task_submitted(t1, {t0}), task_submitted(t2, {t0}),
                     task_submitted(t3, {t1, t2, t1, t1})});
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0), assign(t1, w0), assign(t2, w0)));
    EXPECT_EQ(scheduler.when(returned(t1)), commands(settle(t1)));
    EXPECT_EQ(scheduler.when(returned(t2)), commands(settle(t2), assign(t3, w0)));
}

TEST(Dependencies, release_dependents_in_submission_order) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0, 8), task_submitted(t0), task_submitted(t3, {t0}), task_submitted(t1, {t0}),
                     task_submitted(t2, {t0})});
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0), assign(t3, w0), assign(t1, w0), assign(t2, w0)));
}

TEST(Dependencies, pass_a_failure_on_naming_the_input_each_time) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0, 4), task_submitted(t0), task_submitted(t1, {t0}), task_submitted(t2, {t1}),
                     task_submitted(t3, {t2, t0})});
    EXPECT_EQ(scheduler.when(raised(t0)),
              commands(settle(t0, Settlement::failed), settle(t1, Settlement::input_failed, t0),
                       settle(t3, Settlement::input_failed, t0), settle(t2, Settlement::input_failed, t1)));
}

TEST(Dependencies, pass_a_cancel_on) {
    SchedulerHarness scheduler;
    scheduler.given({task_submitted(t0), task_submitted(t1, {t0}), task_submitted(t2, {t1}), task_submitted(t3)});
    EXPECT_EQ(scheduler.when(cancel(t0)),
              commands(settle(t0, Settlement::cancelled), settle(t1, Settlement::input_cancelled, t0),
                       settle(t2, Settlement::input_cancelled, t1)));
    EXPECT_EQ(scheduler.when(worker_joined(w0)), commands(assign(t3, w0)));
}

TEST(Dependencies, on_other_inputs_are_forgotten_when_a_task_is_settled_early) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0, 4), task_submitted(t0), task_submitted(t1), task_submitted(t2, {t0, t1})});
    EXPECT_EQ(scheduler.when(cancel(t2)), commands(settle(t2, Settlement::cancelled)));
    // The number is used again, by a task that must not hear of t0.
    scheduler.given({task_submitted(t2, {t1})});
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0)));
    EXPECT_EQ(scheduler.when(returned(t1)), commands(settle(t1), assign(t2, w0, second)));
}

TEST(Dependencies, may_be_on_tasks_in_every_state_before_the_end) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), suspended(t0), task_submitted(t1), started(t1)});
    EXPECT_EQ(scheduler.when(task_submitted(t2, {t0, t1})), no_commands());
    EXPECT_EQ(scheduler.when(returned(t1)), commands(settle(t1)));
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0), assign(t2, w0)));
}

}  // namespace
}  // namespace rankpool::scheduler
