#include <chrono>
#include <scheduler/scheduler_harness.hpp>

#include <gtest/gtest.h>

#include <rankpool/scheduler/placement.hpp>

namespace rankpool::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t mebibyte = 1 << 20;

TEST(Placement, packs_bytes_exactly_to_a_thousandth) {
    for (std::uint64_t bytes : {0ULL, 1ULL, 1023ULL, 1024ULL, 1025ULL, 123'456ULL, 1ULL << 40, ~0ULL}) {
        const std::uint64_t packed = unpacked_bytes(packed_bytes(bytes));
        EXPECT_LE(packed, bytes);
        EXPECT_LE(bytes - packed, bytes / 1024);
    }
}

TEST(Placement, finds_who_has_more_than_half_in_any_order) {
    const Place a{w0, 5}, b{w1, 4};
    EXPECT_EQ(with_input(with_input(with_input({}, a), b), b), (Place{w1, 3}));
    EXPECT_EQ(with_input(with_input(with_input({}, b), a), b).worker, w1);
    EXPECT_EQ(with_input(with_input(with_input({}, b), b), a).worker, w1);
    EXPECT_EQ(with_input({}, a), a);
}

TEST(Placement, learns_how_fast_data_moves) {
    TransferSpeed speed(1ms);
    EXPECT_EQ(speed.time_for(100 * mebibyte), 100ms);
    for (int i = 0; i < 100; ++i) speed.learn(16 * mebibyte, 160ms);
    EXPECT_GT(speed.time_for(mebibyte), 9ms);
    EXPECT_LE(speed.time_for(mebibyte), 10ms);
    const TransferSpeed before = speed;
    speed.learn(100, 1s);  // That was latency.
    speed.learn(mebibyte, Duration::max());
    EXPECT_EQ(speed.time_for(mebibyte), before.time_for(mebibyte));
    EXPECT_GT(speed.time_for(~0ULL), 1h);
}

/// Three idle workers; tasks take 1 ms, a MiB 100 us.
SchedulerHarness cluster() {
    Limits limits;
    limits.transfer_of_mebibyte = 100us;
    SchedulerHarness scheduler(limits);
    scheduler.given_duration(f0, 1ms);
    scheduler.given({worker_joined(w0), worker_joined(w1), worker_joined(w2)});
    return scheduler;
}

TEST(Placement, sends_a_task_to_its_data) {
    SchedulerHarness scheduler = cluster();
    EXPECT_EQ(scheduler.when(near(w2, mebibyte, task_submitted(t0))), commands(assign(t0, w2)));
    EXPECT_EQ(scheduler.when(near(w2, mebibyte, task_submitted(t1))), commands(assign(t1, w0)));  // Sooner there.
}

TEST(Placement, waits_for_the_worker_if_the_data_is_big_and_is_left_there) {
    SchedulerHarness scheduler = cluster();
    scheduler.given({near(w2, 100 * mebibyte, task_submitted(t0))});
    EXPECT_EQ(scheduler.when(near(w2, 100 * mebibyte, task_submitted(t1))), commands(assign(t1, w2)));
    EXPECT_EQ(scheduler.when(near(w2, mebibyte, task_submitted(t2))), commands(assign(t2, w0)));
    EXPECT_EQ(scheduler.when(task_submitted(t3)), commands(assign(t3, w1)));
}

TEST(Placement, follows_the_results_of_inputs) {
    SchedulerHarness scheduler = cluster();
    scheduler.given({task_submitted(t0), task_submitted(t1), task_submitted(t2), task_submitted(t3, {t0, t1, t2})});
    scheduler.given({made(10, t0), made(30 * mebibyte, t1)});
    EXPECT_EQ(scheduler.when(made(20, t2)), commands(settle(t2), assign(t3, w1)));
}

TEST(Placement, forgets_a_worker_that_is_gone) {
    SchedulerHarness scheduler = cluster();
    scheduler.given({worker_draining(w2)});
    EXPECT_EQ(scheduler.when(near(w2, 100 * mebibyte, task_submitted(t0))), commands(assign(t0, w0)));
    EXPECT_EQ(scheduler.when(near(w3, 100 * mebibyte, task_submitted(t1))), commands(assign(t1, w1)));
}

TEST(Placement, counts_among_those_that_fit) {
    SchedulerHarness scheduler;
    scheduler.given_request({{{gpu, whole}}});
    for (const WorkerId worker : {w0, w1}) scheduler.given({worker_joined(worker, 2, {{gpu, whole}})});
    scheduler.given({worker_joined(w2)});
    EXPECT_EQ(scheduler.when(with_request(r0, near(w1, mebibyte, task_submitted(t0)))), commands(assign(t0, w1)));
    EXPECT_EQ(scheduler.when(with_request(r0, near(w1, mebibyte, task_submitted(t1)))), commands(assign(t1, w0)));
    EXPECT_EQ(scheduler.when(with_request(r0, near(w2, mebibyte, task_submitted(t2)))), no_commands());
}

TEST(Placement, does_not_outlive_an_attempt) {
    SchedulerHarness scheduler = cluster();
    scheduler.given(
        {with_retries(1, near(w2, 100 * mebibyte, task_submitted(t0))), near(w2, 100 * mebibyte, task_submitted(t1))});
    EXPECT_EQ(scheduler.when(raised(t0)), commands(assign(t0, w0, second, 2)));
}

}  // namespace
}  // namespace rankpool::scheduler
