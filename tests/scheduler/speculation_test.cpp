// Copies of tasks that take unusually long.
#include <chrono>
#include <scheduler/scheduler_harness.hpp>

#include <gtest/gtest.h>

namespace rankpool::scheduler {
namespace {

using namespace std::chrono_literals;

/// t0 runs on w0 and takes more than twice the usual 10 ms; t1 has just left w1.
SchedulerHarness with_straggler() {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, 10ms);
    scheduler.given({worker_joined(w0), worker_joined(w1), speculative(task_submitted(t0)), task_submitted(t1)});
    scheduler.given({started(t0)});
    scheduler.wait(25ms);
    return scheduler;
}

TEST(Speculation, copies_a_straggler_when_a_slot_is_free) {
    SchedulerHarness scheduler = with_straggler();
    EXPECT_EQ(scheduler.when(returned(t1, first, 10ms)), commands(settle(t1), assign(t0, w1, second)));
    EXPECT_EQ(scheduler->counters().copies, 1U);
}

TEST(Speculation, tells_when_a_task_will_be_a_straggler) {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, 10ms);
    scheduler.given({worker_joined(w0), worker_joined(w1), speculative(task_submitted(t0)), started(t0)});
    ASSERT_EQ(scheduler->next_deadline(), Instant{} + 20ms);
    scheduler.wait(20ms);
    EXPECT_EQ(scheduler.when(TimePassed{}), commands(assign(t0, w1, second)));
    EXPECT_EQ(scheduler->next_deadline(), std::nullopt);
}

TEST(Speculation, takes_the_result_of_the_copy_if_it_is_first) {
    SchedulerHarness scheduler = with_straggler();
    scheduler.given({returned(t1, first, 10ms)});
    EXPECT_EQ(scheduler.when(returned(t0, second, 10ms)), commands(stop(t0, w0), settle(t0)));
    EXPECT_EQ(scheduler->counters().free_slots, 1U);  // w0 is still at it.
    EXPECT_EQ(scheduler.when(returned(t0, first, 50ms)), no_commands());
    EXPECT_EQ(scheduler->counters().free_slots, 2U);
}

TEST(Speculation, takes_the_result_of_the_straggler_if_it_is_first) {
    SchedulerHarness scheduler = with_straggler();
    scheduler.given({returned(t1, first, 10ms)});
    EXPECT_EQ(scheduler.when(returned(t0, first, 26ms)), commands(stop(t0, w1, second), settle(t0)));
    EXPECT_EQ(scheduler.when(returned(t0, second, 10ms)), no_commands());
    EXPECT_EQ(scheduler->counters().free_slots, 2U);
}

TEST(Speculation, lets_the_first_end_decide_also_if_it_is_bad) {
    SchedulerHarness scheduler = with_straggler();
    scheduler.given({returned(t1, first, 10ms)});
    EXPECT_EQ(scheduler.when(raised(t0, second)), commands(stop(t0, w0), settle(t0, Settlement::failed)));
}

TEST(Speculation, goes_on_with_the_copy_when_the_straggler_is_lost) {
    SchedulerHarness scheduler = with_straggler();
    scheduler.given({returned(t1, first, 10ms)});
    EXPECT_EQ(scheduler.when(worker_lost(w0)), no_commands());
    EXPECT_EQ(scheduler.when(returned(t0, second, 10ms)), commands(settle(t0)));
}

TEST(Speculation, still_takes_the_result_of_the_straggler_when_the_copy_is_lost) {
    SchedulerHarness scheduler = with_straggler();
    scheduler.given({returned(t1, first, 10ms)});
    EXPECT_EQ(scheduler.when(worker_lost(w1)), no_commands());
    EXPECT_EQ(scheduler.when(returned(t0, first, 50ms)), commands(settle(t0)));
}

TEST(Speculation, copies_nothing_that_is_not_marked) {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, 10ms);
    scheduler.given({worker_joined(w0), worker_joined(w1), task_submitted(t0), started(t0)});
    scheduler.wait(1s);
    EXPECT_EQ(scheduler.when(TimePassed{}), no_commands());
}

TEST(Speculation, does_what_is_ready_first) {
    SchedulerHarness scheduler = with_straggler();
    scheduler.given({task_submitted(t2)});
    EXPECT_EQ(scheduler.when(returned(t1, first, 10ms)), commands(settle(t1), assign(t2, w1)));
}

TEST(Speculation, does_not_cancel_what_runs) {
    SchedulerHarness scheduler = with_straggler();
    scheduler.given({returned(t1, first, 10ms)});
    EXPECT_EQ(scheduler.when(cancel(t0)), commands(refuse_cancel(t0)));
}

TEST(Speculation, is_explained) {
    SchedulerHarness scheduler = with_straggler();
    scheduler.given({returned(t1, first, 10ms)});
    const std::string text = scheduler->explain(t0);
    EXPECT_NE(text.find("an earlier execution of it runs on worker 0"), std::string::npos) << text;
    EXPECT_NE(scheduler->story(t0).find("to be copied, as it takes long on worker 0"), std::string::npos);
}

}  // namespace
}  // namespace rankpool::scheduler
