#include <chrono>
#include <scheduler/scheduler_harness.hpp>

#include <gtest/gtest.h>

#include <rankpool/core/contract.hpp>

namespace rankpool::scheduler {
namespace {

using namespace std::chrono_literals;

TEST(Requests, go_where_there_is_enough) {
    SchedulerHarness scheduler;
    scheduler.given_request({{{gpu, whole}}});
    scheduler.given({worker_joined(w0, 4), worker_joined(w1, 4, {{gpu, 2 * whole}})});
    for (const TaskId task : {t0, t1}) {
        EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(task))), commands(assign(task, w1)));
    }
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t2))), no_commands());
    EXPECT_EQ(scheduler.when(returned(t1)), commands(settle(t1), assign(t2, w1)));
}

TEST(Requests, that_do_not_fit_now_do_not_hold_up_others) {
    SchedulerHarness scheduler;
    scheduler.given_request({{{gpu, 2 * whole}}});
    scheduler.given_request({{{gpu, whole}}});
    scheduler.given({worker_joined(w0, 8, {{gpu, 2 * whole}}), with_request(r1, task_submitted(t0))});
    EXPECT_EQ(scheduler.when(with_priority(9, with_request(r0, task_submitted(t1)))), no_commands());
    EXPECT_EQ(scheduler.when(with_request(r1, task_submitted(t2))), commands(assign(t2, w0)));
    EXPECT_EQ(scheduler.when(task_submitted(t3)), commands(assign(t3, w0)));
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0)));
    EXPECT_EQ(scheduler.when(returned(t2)), commands(settle(t2), assign(t1, w0)));
}

TEST(Requests, keep_the_order_of_priorities_among_all_that_fit) {
    SchedulerHarness scheduler;
    scheduler.given_request({{{gpu, whole}}});
    scheduler.given_request({{{memory, 8}}});
    scheduler.given({with_request(r0, task_submitted(t0)), with_priority(1, task_submitted(t1)),
                     with_priority(2, with_request(r1, task_submitted(t2))), task_submitted(t3)});
    EXPECT_EQ(scheduler.when(worker_joined(w0, 4, {{gpu, whole}, {memory, 8}})),
              commands(assign(t2, w0), assign(t1, w0), assign(t0, w0), assign(t3, w0)));
}

TEST(Requests, may_be_fractions) {
    SchedulerHarness scheduler;
    scheduler.given_request({{{gpu, whole / 3}}});
    scheduler.given({worker_joined(w0, 8, {{gpu, whole}})});
    for (const TaskId task : {t0, t1, t2}) scheduler.given({with_request(r0, task_submitted(task))});
    EXPECT_EQ(scheduler->counters().assigned, 3U);
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t3))), no_commands());
}

TEST(Requests, take_the_first_variant_that_fits) {
    SchedulerHarness scheduler;
    scheduler.given_request({{{gpu, whole}, {core, 4 * whole}}, {{core, 16 * whole}}});
    scheduler.given({worker_joined(w0, 8, {{gpu, whole}, {core, 32 * whole}})});
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t0))), commands(assign(t0, w0)));
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t1))), commands(assign(t1, w0, first, 1, 1)));
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t2))), no_commands());  // 12 cores are left.
    EXPECT_EQ(scheduler.when(returned(t1)), commands(settle(t1), assign(t2, w0, first, 1, 1)));
}

TEST(Requests, share_workers_out_evenly) {
    SchedulerHarness scheduler;
    scheduler.given_request({{{memory, 1}}});
    for (const WorkerId worker : {w0, w1, w2}) scheduler.given({worker_joined(worker, 2, {{memory, 8}})});
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t0))), commands(assign(t0, w0)));
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t1))), commands(assign(t1, w1)));
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t2))), commands(assign(t2, w2)));
}

TEST(Requests, of_short_tasks_are_sent_ahead_and_others_are_not) {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, 10us);
    scheduler.given_duration(f1, 100us);
    scheduler.given_request({{{memory, 1}}});
    scheduler.given({worker_joined(w0, 1, {{memory, 8}}), with_request(r0, task_submitted(t0))});
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t1))), commands(assign(t1, w0)));
    EXPECT_EQ(scheduler.when(with_request(r0, with_function(f1, task_submitted(t2)))), no_commands());
}

TEST(Requests, keep_what_they_hold_while_suspended) {
    SchedulerHarness scheduler;
    scheduler.given_request({{{gpu, whole}}});
    scheduler.given({worker_joined(w0, 1, {{gpu, whole}}), with_request(r0, task_submitted(t0)), suspended(t0)});
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t1))), no_commands());
    EXPECT_EQ(scheduler.when(task_submitted(t2)), commands(assign(t2, w0)));
    EXPECT_EQ(scheduler.when(returned(t2)), commands(settle(t2)));
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0), assign(t1, w0)));
}

TEST(Requests, move_on_with_their_tasks_when_a_worker_is_lost) {
    SchedulerHarness scheduler;
    scheduler.given_request({{{gpu, whole}}});
    scheduler.given({worker_joined(w0, 1, {{gpu, whole}}), worker_joined(w1, 1, {{gpu, whole}})});
    scheduler.given({with_request(r0, task_submitted(t0)), with_request(r0, task_submitted(t1)), worker_lost(w0)});
    EXPECT_EQ(scheduler.when(returned(t1)), commands(settle(t1), assign(t0, w1, second, 2)));
}

TEST(Requests, may_be_pinned_to_a_worker) {
    SchedulerHarness scheduler;
    scheduler.given_request({}, w1);
    scheduler.given({worker_joined(w0), worker_joined(w1)});
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t0))), commands(assign(t0, w1)));
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t1))), commands(assign(t1, w1)));  // One ahead.
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t2))), no_commands());
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0), assign(t2, w1)));  // Not revoked for idle w0.
}

TEST(Requests, pinned_to_a_lost_worker_end) {
    SchedulerHarness scheduler;
    scheduler.given_request({}, w1);
    scheduler.given({worker_joined(w0), worker_joined(w1), task_submitted(t0)});
    scheduler.given(
        {with_request(r0, task_submitted(t1)), task_submitted(t2, {t1}), with_request(r0, task_submitted(t3, {t0}))});
    EXPECT_EQ(scheduler.when(worker_lost(w1)),
              commands(settle(t1, Settlement::infeasible), settle(t2, Settlement::input_failed, t1)));
    EXPECT_EQ(scheduler.when(returned(t0)), commands(settle(t0), settle(t3, Settlement::infeasible)));
    EXPECT_EQ(scheduler->explain(r0), "request 0 for a slot on worker 1 cannot be met: no such worker takes tasks");
}

TEST(Requests, that_nobody_can_meet_wait_until_everybody_is_there) {
    SchedulerHarness scheduler;
    scheduler.given_request({{{gpu, 4 * whole}, {memory, 8 * whole}}, {{memory, 1000 * whole}}});
    scheduler.given({ResourceNamed{gpu, "gpu"}, ResourceNamed{memory, "GiB"}, worker_joined(w0),
                     worker_joined(w1, 1, {{gpu, 2 * whole}, {memory, 8 * whole}})});
    scheduler.given({task_submitted(t5), task_submitted(t6)});
    scheduler.given(
        {with_request(r0, task_submitted(t0)), with_request(r0, task_submitted(t1, {t5})), task_submitted(t2, {t1})});
    EXPECT_EQ(
        scheduler->explain(t0),
        "task 0 is ready; request 0 for 4 gpu + 8 GiB, or 1000 GiB cannot be met: worker 1 comes closest and lacks "
        "2 gpu");
    EXPECT_EQ(scheduler.when(PoolFormed{}),
              commands(settle(t0, Settlement::infeasible), settle(t1, Settlement::infeasible),
                       settle(t2, Settlement::input_failed, t1)));
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t0))), commands(settle(t0, Settlement::infeasible)));
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t0, {t6}))), commands(settle(t0, Settlement::infeasible)));
    EXPECT_EQ(scheduler->story(t0).substr(scheduler->story(t0).rfind("  ")),
              "  never ran, as no worker has what it needs\n");
}

TEST(Requests, are_explained_by_worker) {
    SchedulerHarness scheduler;
    scheduler.given_request({{{gpu, whole}}, {{core, 8 * whole}}});
    scheduler.given({ResourceNamed{gpu, "gpu"}, ResourceNamed{core, "core"}, worker_joined(w0, 2),
                     worker_joined(w1, 2, {{gpu, whole}, {core, 4 * whole}}), with_request(r0, task_submitted(t0)),
                     with_request(r0, task_submitted(t1))});
    EXPECT_EQ(scheduler->explain(t1),
              "task 1 is ready; request 0 for 1 gpu, or 8 core can be met by 1 workers; worker 1: 1 of 2 slots free, "
              "lacks 1 gpu or 4 core");
}

TEST(Requests, cannot_be_nonsense) {
    SchedulerHarness scheduler;
    EXPECT_THROW(scheduler.given_request({{{gpu, 0}}}), ContractError);
    EXPECT_THROW(scheduler.when(RequestDefined{.request = r2}), ContractError);
    const std::vector<Need> twice = {{gpu, 1}, {gpu, 2}};
    const std::vector<std::span<const Need>> variants = {twice};
    EXPECT_THROW(scheduler.when(RequestDefined{.request = r0, .variants = variants}), ContractError);
    EXPECT_THROW(scheduler.when(with_request(r0, task_submitted(t0))), ContractError);
}

TEST(Requests, of_a_slot_only_are_plain) {
    SchedulerHarness scheduler;
    scheduler.given_request({});
    scheduler.given({worker_joined(w0)});
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t0))), commands(assign(t0, w0)));
    EXPECT_EQ(scheduler.when(with_request(r0, task_submitted(t1))), commands(assign(t1, w0)));
    EXPECT_EQ(scheduler.when(worker_joined(w1)), commands(revoke(t1, w0)));
}

TEST(Requests, may_be_many) {
    SchedulerHarness scheduler;
    for (std::uint32_t i = 0; i < 200; ++i) scheduler.given_request({{{memory, 1 + i}}});
    scheduler.given({worker_joined(w0, 100, {{memory, 150}})});
    for (std::uint32_t i = 0; i < 200; ++i) {
        scheduler.given({with_request(RequestId{i}, task_submitted(TaskId{199 - i}))});
    }
    EXPECT_EQ(scheduler->counters().assigned, 16U);  // 1 + 2 + ... + 16 = 136 of 150
    EXPECT_EQ(scheduler.when(returned(TaskId{199})), commands(settle(TaskId{199})));
    EXPECT_EQ(scheduler.when(returned(TaskId{198})), commands(settle(TaskId{198}), assign(TaskId{183}, w0)));
}

}  // namespace
}  // namespace rankpool::scheduler
