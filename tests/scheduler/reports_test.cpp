#include <scheduler/scheduler_harness.hpp>
#include <vector>

#include <gtest/gtest.h>

namespace rankpool::scheduler {
namespace {

TEST(Suspension, makes_room_for_other_tasks) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), task_submitted(t1)});
    EXPECT_EQ(scheduler.when(task_submitted(t2)), no_commands());
    EXPECT_EQ(scheduler.when(suspended(t0)), commands(assign(t2, w0)));
    EXPECT_EQ(scheduler.when(resumed(t0)), no_commands());  // Now there is more than fits: it will pass.
    EXPECT_EQ(scheduler.when(task_submitted(t3)), no_commands());
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0)));
}

TEST(Retries, run_a_task_again_as_often_as_asked) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), with_retries(2, task_submitted(t0))});
    EXPECT_EQ(scheduler.when(raised(t0, first)), commands(assign(t0, w0, second, 2)));
    EXPECT_EQ(scheduler.when(raised(t0, second)), commands(assign(t0, w0, third, 3)));
    EXPECT_EQ(scheduler.when(raised(t0, third)), commands(settle(t0, Settlement::failed)));
    EXPECT_EQ(scheduler->counters().retries, 2U);
}

TEST(Reports, of_executions_that_are_not_current_change_nothing) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), with_retries(1, task_submitted(t0)), raised(t0, first)});
    const std::vector<Event> late = {started(t0, first), suspended(t0, first), resumed(t0, first), returned(t0, first),
                                     raised(t0, first),  gave_back(t0, first), kept(t0, first)};
    const std::uint64_t digest = scheduler->digest();
    for (const Event& event : late) EXPECT_EQ(scheduler.when(event), no_commands());
    EXPECT_EQ(scheduler->digest(), digest);
    EXPECT_EQ(scheduler.when(returned(t0, second)), commands(settle(t0)));
    for (const Event& event : late) EXPECT_EQ(scheduler.when(event), no_commands());
    EXPECT_EQ(scheduler->counters().late_reports, 2 * late.size());
}

TEST(Reports, of_an_earlier_task_of_the_same_number_change_nothing) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), returned(t0)});
    EXPECT_EQ(scheduler.when(task_submitted(t0)), commands(assign(t0, w0, second)));
    EXPECT_EQ(scheduler.when(returned(t0, first)), no_commands());
    EXPECT_EQ(scheduler.when(returned(t0, second)), commands(settle(t0)));
}

TEST(Reports, may_come_twice) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0)});
    for (const Event& event : std::vector<Event>{started(t0), suspended(t0), resumed(t0)}) {
        scheduler.when(event);
        const std::uint64_t digest = scheduler->digest();
        EXPECT_EQ(scheduler.when(event), no_commands());
        EXPECT_EQ(scheduler->digest(), digest);
    }
}

TEST(Cancel, settles_a_task_nobody_has_yet) {
    SchedulerHarness scheduler;
    scheduler.given({task_submitted(t0), task_submitted(t1, {t0})});
    EXPECT_EQ(scheduler.when(cancel(t1)), commands(settle(t1, Settlement::cancelled)));
    EXPECT_EQ(scheduler.when(cancel(t0)), commands(settle(t0, Settlement::cancelled)));
    EXPECT_EQ(scheduler.when(worker_joined(w0)), no_commands());
}

TEST(Cancel, asks_the_worker_for_a_task_that_may_not_have_started) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), task_submitted(t1, {t0})});
    EXPECT_EQ(scheduler.when(cancel(t0)), commands(revoke(t0, w0)));
    EXPECT_EQ(scheduler.when(cancel(t0)), no_commands());  // Asked already.
    EXPECT_EQ(scheduler.when(gave_back(t0)),
              commands(settle(t0, Settlement::cancelled), settle(t1, Settlement::input_cancelled, t0)));
}

TEST(Cancel, is_refused_when_the_task_runs) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0, 3), task_submitted(t0), task_submitted(t1), started(t1), task_submitted(t2),
                     suspended(t2), cancel(t0)});
    EXPECT_EQ(scheduler.when(kept(t0)), commands(refuse_cancel(t0)));
    EXPECT_EQ(scheduler.when(cancel(t0)), commands(refuse_cancel(t0)));
    EXPECT_EQ(scheduler.when(cancel(t1)), commands(refuse_cancel(t1)));
    EXPECT_EQ(scheduler.when(cancel(t2)), commands(refuse_cancel(t2)));
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0)));
}

TEST(Cancel, is_refused_once_when_the_task_starts_while_it_is_asked_for) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), cancel(t0)});
    EXPECT_EQ(scheduler.when(started(t0)), commands(refuse_cancel(t0)));
    EXPECT_EQ(scheduler.when(kept(t0)), no_commands());
}

TEST(Cancel, comes_too_late_when_the_task_ends_first) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0, 2), task_submitted(t0), task_submitted(t1), cancel(t0), cancel(t1)});
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0)));
    EXPECT_EQ(scheduler.when(raised(t1)), commands(settle(t1, Settlement::failed)));
    EXPECT_EQ(scheduler.when(kept(t0)), no_commands());
}

TEST(Cancel, stops_the_next_attempt) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), with_retries(5, task_submitted(t0)), cancel(t0)});
    EXPECT_EQ(scheduler.when(raised(t0)), commands(settle(t0, Settlement::cancelled)));
}

TEST(Cancel, joins_a_take_back_on_its_way) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), task_submitted(t1), worker_joined(w1)});  // Asks for t1.
    EXPECT_EQ(scheduler.when(cancel(t1)), no_commands());
    EXPECT_EQ(scheduler.when(gave_back(t1)), commands(settle(t1, Settlement::cancelled)));
}

TEST(Cancel, wins_when_the_worker_is_lost) {
    SchedulerHarness scheduler;
    scheduler.given(
        {worker_joined(w0, 2), task_submitted(t0), task_submitted(t1), task_submitted(t2, {t0}), cancel(t0)});
    EXPECT_EQ(scheduler.when(worker_lost(w0)),
              commands(settle(t0, Settlement::cancelled), settle(t2, Settlement::input_cancelled, t0)));
    EXPECT_EQ(scheduler.when(worker_joined(w1)), commands(assign(t1, w1, second, 2)));
}

}  // namespace
}  // namespace rankpool::scheduler
