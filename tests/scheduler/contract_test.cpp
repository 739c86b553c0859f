#include <chrono>
#include <scheduler/scheduler_harness.hpp>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/core/contract.hpp>

namespace rankpool::scheduler {
namespace {

/// What the scheduler says about an event that cannot be.
std::string complaint(SchedulerHarness& scheduler, const Event& event) {
    const std::uint64_t digest = scheduler->digest();
    try {
        scheduler.when(event);
    } catch (const ContractError& error) {
        EXPECT_EQ(scheduler->digest(), digest);
        scheduler->check_invariants();
        return error.what();
    }
    return "nothing";
}

TEST(Contract, a_number_in_use_cannot_be_submitted_and_the_text_tells_its_story) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0), started(t0)});
    EXPECT_EQ(complaint(scheduler, task_submitted(t0)),
              "task 0: submitted although this number is in use; it is running\n"
              "task 0:\n"
              "  submitted with 0 inputs\n"
              "  assigned to worker 0, execution 1\n"
              "  started on worker 0, execution 1\n");
}

TEST(Contract, inputs_must_be_there) {
    SchedulerHarness scheduler;
    scheduler.given({task_submitted(t0)});
    const std::vector<TaskId> inputs = {t0, t1};
    EXPECT_EQ(complaint(scheduler, TaskSubmitted{.task = t2, .function = f0, .inputs = inputs}),
              "task 1: named as an input of task 2 although there is no such task; it is vacant\n"
              "task 1: nothing is remembered\n");
    const std::vector<TaskId> itself = {t2};
    EXPECT_NE(complaint(scheduler, TaskSubmitted{.task = t2, .function = f0, .inputs = itself}), "nothing");
}

TEST(Contract, reports_must_be_of_executions_that_began) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0)});
    for (const Event& event : std::vector<Event>{started(t0, second), suspended(t0, second), resumed(t0, second),
                                                 returned(t0, second), gave_back(t0, second), kept(t0, second)}) {
        EXPECT_NE(complaint(scheduler, event).find("execution 2, which has not begun"), std::string::npos);
    }
    EXPECT_NE(complaint(scheduler, returned(TaskId{123456})).find("there never was such a task"), std::string::npos);
}

TEST(Contract, workers_give_back_only_what_they_are_asked_for) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0), task_submitted(t0)});
    EXPECT_NE(complaint(scheduler, gave_back(t0)), "nothing");
    EXPECT_NE(complaint(scheduler, kept(t0)), "nothing");
    EXPECT_NE(complaint(scheduler, resumed(t0)), "nothing");
    scheduler.given({started(t0)});
    EXPECT_NE(complaint(scheduler, gave_back(t0)), "nothing");
}

TEST(Contract, workers_join_once_and_leave_once) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0)});
    EXPECT_NE(complaint(scheduler, worker_joined(w0)), "nothing");
    EXPECT_NE(complaint(scheduler, worker_joined(w1, 0)), "nothing");
    EXPECT_NE(complaint(scheduler, worker_joined(w1, 1U << 20)), "nothing");
    EXPECT_NE(complaint(scheduler, worker_lost(w1)), "nothing");
    EXPECT_NE(complaint(scheduler, worker_draining(w1)), "nothing");
    scheduler.given({worker_lost(w0)});
    EXPECT_NE(complaint(scheduler, worker_lost(w0)), "nothing");
    EXPECT_NE(complaint(scheduler, worker_draining(w0)), "nothing");
    EXPECT_NE(complaint(scheduler, worker_joined(w0)), "nothing");
}

TEST(Contract, only_tasks_that_are_there_can_be_cancelled) {
    SchedulerHarness scheduler;
    EXPECT_NE(complaint(scheduler, cancel(t0)), "nothing");
    scheduler.given({worker_joined(w0), task_submitted(t0), returned(t0)});
    EXPECT_NE(complaint(scheduler, cancel(t0)), "nothing");
}

TEST(Contract, time_does_not_go_back) {
    Scheduler scheduler;
    CommandSink commands;
    scheduler.on(worker_joined(w0), Instant(Duration(5)), commands);
    EXPECT_THROW(scheduler.on(worker_joined(w1), Instant(Duration(4)), commands), ContractError);
}

TEST(History, forgets_the_oldest) {
    Limits limits;
    limits.history_records = 4;
    SchedulerHarness scheduler(limits);
    scheduler.given({worker_joined(w0), task_submitted(t0), returned(t0), task_submitted(t1), started(t1)});
    EXPECT_EQ(scheduler->story(t0), "task 0:\n  (older transitions are forgotten)\n  succeeded, execution 1\n");
    EXPECT_EQ(scheduler->story(t7), "task 7: nothing is remembered\n");
    EXPECT_THROW(History{3}, ContractError);
}

TEST(Explain, says_why_a_task_does_not_run) {
    SchedulerHarness scheduler;
    scheduler.given({task_submitted(t0), task_submitted(t1), task_submitted(t2), task_submitted(t3, {t0, t2, t2})});
    EXPECT_EQ(scheduler->explain(t0), "task 0 is ready, but no worker takes tasks");
    EXPECT_EQ(scheduler->explain(t3), "task 3 waits for 3 inputs: 0 (ready), 2 (ready)");
    scheduler.given({worker_joined(w0)});
    EXPECT_EQ(scheduler->explain(t1), "task 1 was sent to worker 0, which got 1 tasks before it and has 1 slots");
    EXPECT_EQ(scheduler->explain(t2),
              "task 2 is ready, and 0 tasks go first; worker 0: 1 slot taken, 1 ahead: the most is 1 while none of its "
              "function has ended");
    scheduler.given({started(t0)});
    EXPECT_EQ(scheduler->explain(t0), "task 0 runs on worker 0");
    scheduler.given({suspended(t0)});
    EXPECT_EQ(scheduler->explain(t0), "task 0 is suspended on worker 0: it waits for another task");
    scheduler.given({cancel(t1)});
    EXPECT_EQ(scheduler->explain(t1), "task 1 was sent to worker 0 and is asked back");
    EXPECT_EQ(scheduler->explain(t7), "task 7 is settled or was never submitted");
}

TEST(Explain, lists_workers_with_the_numbers_of_the_decision) {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, std::chrono::milliseconds(10));
    scheduler.given_duration(f1, std::chrono::microseconds(100));
    scheduler.given({worker_joined(w0), worker_joined(w1), worker_joined(w2, 2), worker_joined(w3)});
    for (std::uint32_t i = 0; i < 5; ++i) scheduler.given({task_submitted(TaskId{i})});
    scheduler.given({worker_draining(w3), task_submitted(t5), with_function(f1, task_submitted(t6))});
    EXPECT_EQ(
        scheduler->explain(t5),
        "task 5 is ready, and 0 tasks go first; 2 workers (worker 0, worker 1): 1 slot taken, and such tasks take "
        "10000 us: none that take 500 us or more is sent ahead of a free slot; worker 2: 2 slots taken, and such "
        "tasks take 10000 us: none that take 500 us or more is sent ahead of a free slot; worker 3: takes no more "
        "tasks");
    EXPECT_EQ(scheduler->explain(t6),
              "task 6 is ready, and 1 tasks go first; 2 workers (worker 0, worker 1): 1 slot taken, 10000 us of work "
              "there: 125 us are enough; worker 2: 2 slots taken, 20000 us of work there: 250 us are enough; worker 3: "
              "takes no more tasks");
}

TEST(Explain, puts_workers_of_one_reason_together) {
    SchedulerHarness scheduler;
    for (std::uint32_t i = 0; i < 1000; ++i) scheduler.given({worker_joined(WorkerId{i})});
    for (std::uint32_t i = 0; i < 2001; ++i) scheduler.given({task_submitted(TaskId{i})});
    EXPECT_EQ(scheduler->explain(TaskId{2000}),
              "task 2000 is ready, and 0 tasks go first; 1000 workers (worker 0, worker 1, worker 2, worker 3, ...): 1 "
              "slot taken, 1 ahead: the most is 1 while none of its function has ended");
}

TEST(Digest, differs_when_runs_differ_and_only_then) {
    const auto digest_after = [](std::initializer_list<Event> events) {
        SchedulerHarness scheduler;
        scheduler.given(events);
        return scheduler->digest();
    };
    const std::uint64_t digest =
        digest_after({worker_joined(w0), task_submitted(t0), task_submitted(t1), returned(t0)});
    EXPECT_EQ(digest, digest_after({worker_joined(w0), task_submitted(t0), task_submitted(t1), returned(t0)}));
    EXPECT_NE(digest, digest_after({worker_joined(w0), task_submitted(t0), task_submitted(t1), returned(t1)}));
    EXPECT_NE(digest, digest_after({worker_joined(w0), task_submitted(t1), task_submitted(t0), returned(t0)}));
}

}  // namespace
}  // namespace rankpool::scheduler
