#include <chrono>
#include <scheduler/scheduler_harness.hpp>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/core/contract.hpp>

namespace rankpool::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t many = 1000;

/// Submits many tasks of f0 and returns how many each of the first workers got.
std::vector<int> shares(SchedulerHarness& scheduler, std::uint32_t task_count, std::size_t workers) {
    std::vector<int> shares(workers);
    for (TaskId id{0}; id.value < task_count; ++id.value) {
        for (const Command& command : scheduler.when(task_submitted(id))) {
            ++shares.at(std::get<AssignTask>(command).worker.value);
        }
    }
    return shares;
}

struct Depth {
    Duration busy;
    int tasks;
};

TEST(Prefill, holds_work_for_two_hundred_microseconds_behind_the_running_task) {
    for (const Depth depth : {Depth{1ns, 257},
                              {500ns, 257},
                              {1us, 201},
                              {2us, 101},
                              {10us, 21},
                              {60us, 5},
                              {100us, 3},
                              {150us, 3},
                              {200us, 2},
                              {1ms, 2},
                              {4999us, 2},
                              {5ms, 1},
                              {10s, 1}}) {
        SchedulerHarness scheduler(eager());
        scheduler.given_duration(f0, depth.busy);
        scheduler.given({worker_joined(w0)});
        EXPECT_EQ(shares(scheduler, many, 1), std::vector{depth.tasks}) << depth.busy.count() << " ns";
    }
}

TEST(Prefill, counts_for_every_slot) {
    SchedulerHarness scheduler(eager());
    scheduler.given_duration(f0, 10us);
    scheduler.given({worker_joined(w0, 4)});
    EXPECT_EQ(shares(scheduler, many, 1), std::vector{84});
}

TEST(Prefill, sends_one_task_of_unknown_length_ahead) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0, 4), worker_joined(w1)});
    EXPECT_EQ(shares(scheduler, many, 2), (std::vector{5, 2}));
}

TEST(Prefill, follows_the_limits) {
    Limits limits = eager();
    limits.queued_work = limits.round_trip = 1ms;
    limits.ahead_max = 7;
    limits.ahead_unmeasured = 0;
    SchedulerHarness scheduler(limits);
    scheduler.given({worker_joined(w0)});
    EXPECT_EQ(scheduler.when(task_submitted(t0)), commands(assign(t0, w0)));
    EXPECT_EQ(scheduler.when(task_submitted(t1)), no_commands());

    SchedulerHarness measured(limits);
    measured.given_duration(f0, 1us);
    measured.given({worker_joined(w0)});
    EXPECT_EQ(shares(measured, 100, 1), std::vector{8});
}

TEST(Prefill, does_not_queue_short_tasks_behind_long_ones) {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, 1s);
    scheduler.given_duration(f1, 1us);
    scheduler.given({worker_joined(w0), task_submitted(t0)});
    EXPECT_EQ(scheduler.when(with_function(f1, task_submitted(t1))), no_commands());
    EXPECT_EQ(scheduler.when(worker_joined(w1)), commands(assign(t1, w1)));
}

TEST(Prefill, shares_a_few_tasks_out_evenly) {
    for (const Duration busy : {1us, 10us, 100us}) {
        SchedulerHarness scheduler(eager());
        scheduler.given_duration(f0, busy);
        for (WorkerId id{0}; id.value < 10; ++id.value) scheduler.given({worker_joined(id)});
        EXPECT_EQ(shares(scheduler, 25, 10), (std::vector{3, 3, 3, 3, 3, 2, 2, 2, 2, 2})) << busy.count() << " ns";
    }
}

TEST(Prefill, grows_with_what_has_ended_for_each_slot) {
    SchedulerHarness scheduler(eager());
    scheduler.given({worker_joined(w0), worker_joined(w1)});
    for (std::uint32_t i = 0; i < many; ++i) scheduler.given({task_submitted(TaskId{i})});
    EXPECT_EQ(scheduler->counters().assigned, 4U);  // Each runs one and has one ahead.
    scheduler.given({returned(t0, first, 1us)});    // The first to end is a short one, perhaps.
    EXPECT_EQ(scheduler->counters().assigned, 4U);
    scheduler.given({returned(t1, first, 1us), returned(t2, first, 1us), returned(t3, first, 1us)});
    EXPECT_EQ(scheduler->counters().assigned, 10U);
}

TEST(Prefill, shares_out_half_of_what_is_ready) {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, 10us);
    scheduler.given({worker_joined(w0), worker_joined(w1)});
    // 18 are ready when each holds 6 and there are 5 * 4 * 10 us to share out: then each may have 5 ahead, half of it.
    EXPECT_EQ(shares(scheduler, 30, 2), (std::vector{6, 6}));
}

TEST(Prefill, sends_nothing_ahead_where_order_matters_more) {
    SchedulerHarness scheduler;
    scheduler.given_duration(f0, 600us);
    scheduler.given({worker_joined(w0), with_path(5, task_submitted(t0))});
    EXPECT_EQ(scheduler.when(with_path(4, task_submitted(t1))), no_commands());
    EXPECT_EQ(scheduler.when(with_path(9, task_submitted(t2))), no_commands());
    EXPECT_EQ(scheduler.when(returned(t0, first, 600us)), commands(settle(t0), assign(t2, w0)));
}

TEST(Prefill, fills_idle_slots_before_it_queues_anything) {
    SchedulerHarness scheduler;
    scheduler.given({worker_joined(w0, 3), worker_joined(w1, 1), worker_joined(w2, 2)});
    EXPECT_EQ(scheduler.when(task_submitted(t0)), commands(assign(t0, w0)));
    EXPECT_EQ(scheduler.when(task_submitted(t1)), commands(assign(t1, w1)));
    EXPECT_EQ(scheduler.when(task_submitted(t2)), commands(assign(t2, w2)));
    EXPECT_EQ(scheduler.when(task_submitted(t3)), commands(assign(t3, w0)));
    EXPECT_EQ(scheduler.when(task_submitted(t4)), commands(assign(t4, w2)));
    EXPECT_EQ(scheduler.when(task_submitted(t5)), commands(assign(t5, w0)));
}

TEST(Prefill, forgets_an_outlier_quickly) {
    Prefill prefill{Limits{}};
    for (int i = 0; i < 100; ++i) prefill.learn(f0, 1us);
    EXPECT_EQ(prefill.average(f0), 1us);
    prefill.learn(f0, 4ms);  // Its core was taken away for a time slice.
    EXPECT_GT(prefill.average(f0), 100us);
    for (int i = 0; i < 20; ++i) prefill.learn(f0, 1us);
    EXPECT_LT(prefill.average(f0), 4us);
}

TEST(Prefill, survives_durations_of_all_sizes) {
    Prefill prefill{Limits{}};
    for (const Duration busy : {Duration::min(), Duration(-1), Duration(0), Duration(1), Duration::max()}) {
        prefill.learn(f0, busy);
        EXPECT_GE(prefill.average(f0), 1ns);
    }
    prefill.learn(FunctionId{}, 1s);
    EXPECT_EQ(prefill.average(FunctionId{}), 0ns);
    EXPECT_THROW(prefill.learn(FunctionId{1U << 20}, 1s), ContractError);
}

}  // namespace
}  // namespace rankpool::scheduler
