// Tasks over several workers.
#include <array>
#include <chrono>
#include <scheduler/scheduler_harness.hpp>

#include <gtest/gtest.h>

#include <rankpool/core/contract.hpp>

namespace rankpool::scheduler {
namespace {

using namespace std::chrono_literals;

TEST(WideTasks, start_on_all_workers_together) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(3);
    scheduler.given({worker_joined(w0), worker_joined(w1)});
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t0))), no_commands());
    EXPECT_EQ(scheduler.when(worker_joined(w2)), assign_members(t0, {w0, w1, w2}));
    EXPECT_EQ(scheduler->counters().free_slots, 0U);
}

TEST(WideTasks, are_settled_when_the_leader_returns) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(2);
    scheduler.given({worker_joined(w0), worker_joined(w1), with_request(r0, task_submitted(t0))});
    EXPECT_EQ(scheduler.when(member_ended(1, t0)), no_commands());
    EXPECT_EQ(scheduler->counters().free_slots, 1U);
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0)));
    EXPECT_EQ(scheduler->counters().free_slots, 2U);
}

TEST(WideTasks, keep_the_slots_of_members_that_end_after_the_leader) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(2);
    scheduler.given({worker_joined(w0), worker_joined(w1), with_request(r0, task_submitted(t0))});
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0)));
    EXPECT_EQ(scheduler->counters().free_slots, 1U);
    scheduler.given({member_ended(1, t0)});
    EXPECT_EQ(scheduler->counters().free_slots, 2U);
}

TEST(WideTasks, take_as_few_nodes_as_possible) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(2);
    scheduler.given({on_node(1, worker_joined(w0)), on_node(2, worker_joined(w1)), on_node(2, worker_joined(w2)),
                     on_node(3, worker_joined(w3))});
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t0))), assign_members(t0, {w1, w2}));
}

TEST(WideTasks, leave_large_nodes_whole) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(2);
    scheduler.given({on_node(1, worker_joined(w0)), on_node(1, worker_joined(w1)), on_node(1, worker_joined(w2)),
                     on_node(2, worker_joined(w3)), on_node(2, worker_joined(WorkerId{4}))});
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t0))), assign_members(t0, {w3, WorkerId{4}}));
}

TEST(WideTasks, are_not_starved_by_smaller_ones) {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, 1s);
    scheduler.given_wide_request(2);
    scheduler.given({worker_joined(w0), worker_joined(w1), task_submitted(t0), task_submitted(t1)});
    scheduler.given({with_request(r0, task_submitted(t2)), task_submitted(t3), task_submitted(t4)});
    scheduler.wait(500ms);
    // w0 is kept: a task of a second would end after w1 is free.
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0)));
    EXPECT_EQ(scheduler->counters().ready, 3U);
    CommandSink both = commands(settle(t1));
    for (const Command& each : assign_members(t2, {w0, w1})) both.push_back(each);
    EXPECT_EQ(scheduler.when(returned(t1)), both);
}

TEST(WideTasks, let_tasks_run_that_end_before_they_can_start) {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, 10s);
    scheduler.given_duration(f1, 100ms);
    scheduler.given_wide_request(2);
    scheduler.given({worker_joined(w0), worker_joined(w1), with_function(f1, task_submitted(t0)), task_submitted(t1)});
    scheduler.given({with_request(r0, task_submitted(t2)), task_submitted(t3), with_function(f1, task_submitted(t4))});
    scheduler.wait(100ms);
    EXPECT_EQ(scheduler.when(returned(t0, first, 100ms)), commands(settle(t0)));  // t3 takes 10 s and goes before t4.
    EXPECT_EQ(scheduler.when(cancel(t3)), commands(settle(t3, Settlement::cancelled), assign(t4, w0)));
}

TEST(WideTasks, let_tasks_of_higher_priority_go_first) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(2);
    scheduler.given({worker_joined(w0), worker_joined(w1), task_submitted(t0), task_submitted(t1)});
    scheduler.given({with_request(r0, task_submitted(t2)), with_priority(1, task_submitted(t3))});
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0), assign(t3, w0)));
}

TEST(WideTasks, let_others_run_while_a_suspended_one_holds_what_they_need) {
    SchedulerHarness scheduler;
    scheduler.given_request({{{gpu, whole}}});
    constexpr std::array<Need, 1> one_gpu = {Need{gpu, whole}};
    const std::array<std::span<const Need>, 1> variants = {one_gpu};
    scheduler.given({RequestDefined{.request = r1, .variants = variants, .ranks = 2}});
    scheduler.given({worker_joined(w0, 1, {{gpu, whole}}), worker_joined(w1, 1, {{gpu, whole}})});
    scheduler.given({with_request(r0, task_submitted(t0)), task_submitted(t1), started(t1)});
    scheduler.given({with_request(r1, with_priority(1, task_submitted(t2))), suspended(t0)});
    EXPECT_EQ(scheduler.when(with_level(1, task_submitted(t3))), commands(assign(t3, w0)));
}

TEST(WideTasks, ask_back_what_waits_on_their_workers) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(2);
    scheduler.given({worker_joined(w0), worker_joined(w1), task_submitted(t0), task_submitted(t1), task_submitted(t3)});
    // The oldest of each may have started: then they are kept.
    EXPECT_EQ(scheduler.when(with_request(r0, with_priority(1, task_submitted(t2)))),
              commands(revoke(t3, w0), revoke(t0, w0), revoke(t1, w1)));
    EXPECT_EQ(scheduler.when(gave_back(t3)), no_commands());
    EXPECT_EQ(scheduler.when(kept(t0)), no_commands());
    // t1 is not back yet, and t3 is expected to end before it would have.
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0), assign(t3, w0, second)));
}

TEST(WideTasks, take_another_worker_when_one_is_later_than_expected) {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, 10ms);
    scheduler.given_duration(f1, 20ms);
    scheduler.given_wide_request(2);
    scheduler.given({worker_joined(w0), worker_joined(w1), worker_joined(w2)});
    scheduler.given({task_submitted(t0), task_submitted(t1), with_function(f1, task_submitted(t2))});
    scheduler.given({with_request(r0, task_submitted(t3))});  // w0 and w1 are free first.
    scheduler.wait(10ms);
    scheduler.given({returned(t0, first, 10ms)});
    EXPECT_EQ(scheduler->next_deadline(), std::nullopt);
    scheduler.wait(10ms);
    CommandSink both = commands(settle(t2));
    for (const Command& each : assign_members(t3, {w0, w2})) both.push_back(each);
    EXPECT_EQ(scheduler.when(returned(t2, first, 20ms)), both);
}

TEST(WideTasks, end_everywhere_when_a_member_raises) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(3);
    scheduler.given({worker_joined(w0), worker_joined(w1), worker_joined(w2)});
    scheduler.given({with_retries(1, with_request(r0, task_submitted(t0)))});
    EXPECT_EQ(scheduler.when(member_ended(1, t0, TaskEnd::raised)), commands(stop(t0, w0), stop(t0, w2, first, 2)));
    EXPECT_EQ(scheduler.when(ended(t0, TaskEnd::raised)), no_commands());
    EXPECT_EQ(scheduler.when(member_ended(2, t0, TaskEnd::raised)), assign_members(t0, {w0, w1, w2}, second, 2));
}

TEST(WideTasks, end_everywhere_when_a_worker_is_lost) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(2);
    scheduler.given({worker_joined(w0), worker_joined(w1), with_request(r0, task_submitted(t0))});
    EXPECT_EQ(scheduler.when(worker_lost(w1)), commands(stop(t0, w0)));
    scheduler.given({worker_joined(w2)});
    EXPECT_EQ(scheduler.when(ended(t0, TaskEnd::raised)), assign_members(t0, {w0, w2}, second, 2));
    EXPECT_EQ(scheduler.when(worker_lost(w0)), commands(stop(t0, w2, second, 1)));  // The leader.
}

TEST(WideTasks, make_room_on_every_worker_while_they_wait) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(2);
    scheduler.given({worker_joined(w0), worker_joined(w1), with_request(r0, task_submitted(t0))});
    scheduler.given({member_suspended(1, t0), member_suspended(1, t0)});
    EXPECT_EQ(scheduler.when(with_level(1, task_submitted(t1))), commands(assign(t1, w1)));
    scheduler.given({suspended(t0)});
    EXPECT_EQ(scheduler.when(with_level(1, task_submitted(t2))), commands(assign(t2, w0)));
    EXPECT_EQ(scheduler.when(member_resumed(1, t0)), no_commands());
    EXPECT_EQ(scheduler.when(returned(t1)), commands(settle(t1)));
    EXPECT_EQ(scheduler->counters().free_slots, 0U);
    EXPECT_EQ(scheduler.when(member_ended(1, t0)), no_commands());
    EXPECT_EQ(scheduler->counters().free_slots, 1U);
}

TEST(WideTasks, that_wait_keep_no_slot_when_they_are_stopped) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(2);
    scheduler.given({worker_joined(w0), worker_joined(w1), with_request(r0, task_submitted(t0)), suspended(t0)});
    EXPECT_EQ(scheduler.when(member_ended(1, t0, TaskEnd::raised)),
              commands(stop(t0, w0), settle(t0, Settlement::failed)));
    EXPECT_EQ(scheduler->counters().free_slots, 2U);
    scheduler.given({resumed(t0)});
    EXPECT_EQ(scheduler->counters().free_slots, 1U);
    scheduler.given({returned(t0)});
    EXPECT_EQ(scheduler->counters().free_slots, 2U);
}

TEST(WideTasks, are_given_back_where_they_had_not_started) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(3);
    scheduler.given({worker_joined(w0), worker_joined(w1), worker_joined(w2), with_request(r0, task_submitted(t0))});
    scheduler.given({ended(t0, TaskEnd::raised)});
    EXPECT_EQ(scheduler->counters().free_slots, 1U);
    EXPECT_EQ(scheduler.when(member_gave_back(1, t0)), no_commands());
    EXPECT_EQ(scheduler.when(member_gave_back(1, t0)), no_commands());  // Late.
    EXPECT_EQ(scheduler->counters().free_slots, 2U);
}

TEST(WideTasks, are_infeasible_without_enough_workers) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(3);
    scheduler.given({worker_joined(w0), worker_joined(w1), PoolFormed{}});
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t0))), commands(settle(t0, Settlement::infeasible)));
}

TEST(WideTasks, explain_what_they_wait_for) {
    SchedulerHarness scheduler;
    scheduler.given_wide_request(2);
    scheduler.given({worker_joined(w0), worker_joined(w1), task_submitted(t0), with_request(r0, task_submitted(t1))});
    const std::string text = scheduler->explain(t1);
    EXPECT_NE(text.find("2 workers are kept for it, of which 1 have a slot for it"), std::string::npos) << text;
}

}  // namespace
}  // namespace rankpool::scheduler
