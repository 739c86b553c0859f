#include <scheduler/scheduler_harness.hpp>

#include <gtest/gtest.h>

namespace rankpool::scheduler {
namespace {

constexpr Execution fourth{4};

TEST(Quarantine, takes_a_task_out_that_lost_its_worker_three_times) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), task_submitted(t1, {t0}), started(t0), worker_lost(w0)});
    scheduler.given({worker_joined(w1), started(t0, second), worker_lost(w1)});
    scheduler.given({worker_joined(w2), started(t0, third)});
    EXPECT_EQ(scheduler.when(worker_lost(w2)),
              commands(settle(t0, Settlement::quarantined), settle(t1, Settlement::input_failed, t0)));
}

TEST(Quarantine, suspects_tasks_that_killed_before_their_start_was_reported) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), task_submitted(t1)});
    scheduler.given({worker_lost(w0), worker_joined(w1), worker_lost(w1), worker_joined(w2)});
    EXPECT_EQ(scheduler.when(worker_lost(w2)), commands(settle(t0, Settlement::quarantined)));
    EXPECT_EQ(scheduler.when(worker_joined(w3)), commands(assign(t1, w3, fourth, 4)));
}

TEST(Quarantine, does_not_suspect_what_was_queued_behind_a_running_task) {
    SchedulerHarness scheduler;
    Execution execution = first;
    scheduler.given({task_submitted(t0), task_submitted(t1)});
    for (const WorkerId worker : {w0, w1, w2}) {
        scheduler.given({worker_joined(worker), started(t0, execution)});
        const CommandSink answer = scheduler.when(worker_lost(worker));
        EXPECT_EQ(answer, worker == w2 ? commands(settle(t0, Settlement::quarantined)) : no_commands());
        ++execution.value;
    }
    EXPECT_EQ(scheduler.when(worker_joined(w3)), commands(assign(t1, w3, fourth, 4)));
}

TEST(Quarantine, suspects_nobody_when_a_whole_node_or_the_allocation_goes) {
    SchedulerHarness scheduler;
    scheduler.given({task_submitted(t0)});
    for (std::uint32_t i = 0; i < 10; ++i) {
        scheduler.given({worker_joined(WorkerId{i}), started(t0, Execution{i + 1})});
        const LossReason reason = i % 2 == 0 ? LossReason::node_lost : LossReason::left;
        EXPECT_EQ(scheduler.when(worker_lost(WorkerId{i}, reason)), no_commands());
    }
    EXPECT_EQ(scheduler.when(worker_joined(WorkerId{10})), commands(assign(t0, WorkerId{10}, Execution{11}, 11)));
}

TEST(Quarantine, counts_crashes_that_a_worker_survived) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0)});
    EXPECT_EQ(scheduler.when(ended(t0, TaskEnd::crashed, first)), commands(assign(t0, w0, second, 2)));
    EXPECT_EQ(scheduler.when(ended(t0, TaskEnd::crashed, second)), commands(assign(t0, w0, third, 3)));
    EXPECT_EQ(scheduler.when(ended(t0, TaskEnd::crashed, third)), commands(settle(t0, Settlement::quarantined)));
}

TEST(Quarantine, starts_anew_with_the_next_task_of_the_number) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), ended(t0, TaskEnd::crashed, first),
                     ended(t0, TaskEnd::crashed, second), returned(t0, third), task_submitted(t0)});
    EXPECT_EQ(scheduler.when(ended(t0, TaskEnd::crashed, fourth)), commands(assign(t0, w0, Execution{5}, 2)));
}

TEST(Retries, are_used_up_by_time_limits_and_exceptions_but_not_by_crashes) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), with_retries(1, task_submitted(t0))});
    EXPECT_EQ(scheduler.when(ended(t0, TaskEnd::crashed, first)), commands(assign(t0, w0, second, 2)));
    EXPECT_EQ(scheduler.when(ended(t0, TaskEnd::timed_out, second)), commands(assign(t0, w0, third, 3)));
    EXPECT_EQ(scheduler.when(ended(t0, TaskEnd::timed_out, third)), commands(settle(t0, Settlement::failed)));
    EXPECT_EQ(scheduler->counters().retries, 1U);
    EXPECT_EQ(scheduler->counters().lost_retries, 1U);
}

}  // namespace
}  // namespace rankpool::scheduler
