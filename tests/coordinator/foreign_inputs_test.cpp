// Futures of one pool as arguments of another, and composed futures as arguments.
#include <atomic>
#include <coordinator/fake_pool.hpp>
#include <thread>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;

struct ForeignInputsTest : testing::Test {
    void SetUp() override {
        input = a.submit({}, twice, 1);
        EXPECT_EQ(a.sent().size(), 1U);
    }
    void settle_input(int value) {
        a.finish(1, a.assigned[0].task, value);
        a.turn();
    }
    // The values that came with the task that was assigned last.
    static std::vector<int> inputs_of(const FakePool& pool) {
        std::vector<int> values;
        ByteReader reader(pool.assigned.back().inputs.view());
        while (reader.remaining() != 0) {
            const auto size = reader.value<std::uint64_t>();
            EXPECT_EQ(size, sizeof(int));
            values.push_back(reader.value<int>());
        }
        return values;
    }

    FakePool a{1};
    FakePool b{1};
    Future<int> input;
};

TEST_F(ForeignInputsTest, the_task_starts_when_the_other_pools_future_is_there) {
    const auto future = b.submit({}, twice, input);
    b.turn();
    EXPECT_EQ(b.sent(), nothing);
    settle_input(2);
    EXPECT_EQ(b.sent(), (Sent{"1: assign 0.1"}));
    EXPECT_EQ(inputs_of(b), (std::vector<int>{2}));
    b.finish(1, b.assigned[0].task, 4);
    EXPECT_EQ(future.result(), 4);
    EXPECT_EQ(b.coordinator->counts().submitted, 1U);
}

TEST_F(ForeignInputsTest, a_value_that_is_there_travels_at_once) {
    settle_input(2);
    const auto future = b.submit({}, twice, input);
    EXPECT_EQ(b.sent(), (Sent{"1: assign 0.1"}));
    EXPECT_EQ(inputs_of(b), (std::vector<int>{2}));
}

TEST_F(ForeignInputsTest, several_of_several_pools_are_waited_for_in_any_order) {
    FakePool c(1);
    const auto second = c.submit({}, twice, 5);
    (void)c.sent();
    const auto own = b.submit({}, twice, 7);
    (void)b.sent();
    const auto future = b.submit({}, sum_of, std::vector{input, second, own, input});
    settle_input(2);
    EXPECT_EQ(b.sent(), nothing);
    b.finish(1, b.assigned[0].task, 14);
    b.turn();
    EXPECT_EQ(b.sent(), nothing);
    c.finish(1, c.assigned[0].task, 10);
    c.turn();
    EXPECT_EQ(b.sent(), (Sent{"1: assign 0.2"}));
    EXPECT_EQ(inputs_of(b), (std::vector<int>{2, 10, 14, 2}));
}

TEST_F(ForeignInputsTest, what_depends_on_the_waiting_task_waits_too) {
    const auto first = b.submit({}, twice, input);
    const auto second = b.submit({}, twice, first);
    settle_input(2);
    EXPECT_EQ(b.sent(), (Sent{"1: assign 0.1"}));
    b.finish(1, b.assigned[0].task, 4);
    b.turn();
    EXPECT_EQ(b.sent(), (Sent{"1: assign 0.2"}));
    EXPECT_EQ(inputs_of(b), (std::vector<int>{4}));
}

TEST_F(ForeignInputsTest, failures_cross_pools) {
    const auto future = b.submit({}, twice, input);
    const auto dependent = b.submit({}, twice, future);
    a.raise(1, a.assigned[0].task, "from afar");
    a.turn();
    EXPECT_EQ(error_of(future), "from afar");
    EXPECT_EQ(error_of(dependent), "from afar");
    EXPECT_TRUE(b.coordinator->await_tasks(now()));
}

TEST_F(ForeignInputsTest, cancelling_crosses_pools) {
    const auto future = b.submit({}, twice, input);
    a.tell(1, protocol::Kind::returned, a.assigned[0].task);
    EXPECT_TRUE(input.cancel());
    EXPECT_TRUE(future.cancelled());
    EXPECT_TRUE(b.coordinator->await_tasks(now()));
}

TEST_F(ForeignInputsTest, a_waiting_task_can_be_cancelled) {
    const auto future = b.submit({}, twice, input);
    EXPECT_TRUE(future.cancel());
    EXPECT_TRUE(future.cancelled());
    settle_input(2);
    EXPECT_TRUE(future.cancelled());
    EXPECT_EQ(b.sent(), nothing);
    EXPECT_TRUE(b.coordinator->await_tasks(now()));
}

TEST_F(ForeignInputsTest, shutdown_finishes_tasks_that_wait_for_another_pool) {
    const auto future = b.submit({}, twice, input);
    b.coordinator->begin_shutdown(CancelFutures::no);
    EXPECT_FALSE(b.coordinator->await_tasks(now()));
    settle_input(2);
    EXPECT_EQ(b.sent(), (Sent{"1: assign 0.1"}));
    b.finish(1, b.assigned[0].task, 4);
    EXPECT_TRUE(b.coordinator->await_tasks(now() + 60s));
    EXPECT_EQ(future.result(), 4);
}

TEST_F(ForeignInputsTest, shutdown_cancels_them_if_asked) {
    const auto future = b.submit({}, twice, input);
    b.coordinator->begin_shutdown(CancelFutures::yes);
    EXPECT_TRUE(future.cancelled());
    settle_input(2);
    EXPECT_TRUE(b.coordinator->await_tasks(now()));
    EXPECT_EQ(b.sent(), nothing);
}

TEST_F(ForeignInputsTest, the_end_of_a_pool_ends_its_waiting_tasks) {
    const auto future = b.submit({}, twice, input);
    b.coordinator->close(0, 0s);
    EXPECT_THROW((void)future.result(), BrokenExecutor);
    settle_input(2);
    EXPECT_THROW((void)future.result(), BrokenExecutor);
}

TEST_F(ForeignInputsTest, the_end_of_the_other_pool_ends_them_too) {
    const auto future = b.submit({}, twice, input);
    a.coordinator->close(0, 0s);
    EXPECT_THROW((void)future.result(), BrokenExecutor);
    EXPECT_TRUE(b.coordinator->await_tasks(now()));
}

TEST_F(ForeignInputsTest, whoever_waits_for_the_last_task_learns_that_it_failed_elsewhere) {
    const auto future = b.submit({}, twice, input);
    std::atomic<bool> is_over{false};
    std::thread waiting([&] { is_over = b.coordinator->await_tasks(now() + 60s); });
    a.raise(1, a.assigned[0].task, "from afar");
    a.turn();
    waiting.join();
    EXPECT_TRUE(is_over);
    EXPECT_EQ(error_of(future), "from afar");
}

TEST_F(ForeignInputsTest, when_all_of_a_pool_is_an_argument_in_the_same_pool) {
    const auto second = a.submit({}, twice, 2);
    (void)a.sent();
    const auto sum = a.submit({}, sum_of, when_all(std::vector{input, second}));
    settle_input(2);
    EXPECT_EQ(a.sent(), nothing);
    a.finish(1, a.assigned[1].task, 4);
    a.turn();
    EXPECT_EQ(a.sent(), (Sent{"1: assign 1.2"}));
    ByteReader inputs(a.assigned.back().inputs.view());
    (void)inputs.value<std::uint64_t>();
    EXPECT_EQ(decode<std::vector<int>>(inputs), (std::vector<int>{2, 4}));
    a.finish(1, a.assigned.back().task, 6);
    EXPECT_EQ(sum.result(), 6);
}

TEST_F(ForeignInputsTest, when_all_of_different_pools_is_an_argument_in_a_third) {
    FakePool c(1);
    const auto second = b.submit({}, twice, 2);
    (void)b.sent();
    const auto future = c.submit({}, sum_of, when_all(std::vector{input, second}));
    const auto any = c.submit(
        {}, [](std::size_t i) { return i; }, when_any(std::vector{input, second}));
    b.finish(1, b.assigned[0].task, 4);
    b.turn();
    EXPECT_EQ(c.sent(), (Sent{"1: assign 0.1"}));  // when_any
    settle_input(2);
    c.turn();
    EXPECT_EQ(c.sent(), (Sent{"1: assign 1.1"}));
    c.finish(1, c.assigned[1].task, 6);
    EXPECT_EQ(future.result(), 6);
}

TEST_F(ForeignInputsTest, cancelling_and_settling_at_once_gives_one_end) {
    for (int round = 0; round < 300; ++round) {
        FakePool here(1, FakePool::JoinLater{});
        FakePool there(1, FakePool::JoinLater{});
        const auto first = there.submit({}, twice, 1);
        const auto second = here.submit({}, twice, first);
        bool is_cancelled = false;
        std::thread other([&] { is_cancelled = second.cancel(); });
        EXPECT_TRUE(first.cancel());  // Settles it, which sends the second one on, or cancels it.
        other.join();
        EXPECT_TRUE(is_cancelled);
        EXPECT_TRUE(second.cancelled());
        EXPECT_TRUE(here.coordinator->await_tasks(now()));
    }
}

}  // namespace
}  // namespace rankpool
