#include <gtest/gtest.h>

#include <rankpool/scheduler/submit_gate.hpp>

namespace rankpool::scheduler {
namespace {

TEST(SubmitGate, is_open_without_a_bound) {
    SubmitGate gate;
    for (int i = 0; i < 1000; ++i) gate.enter(1'000'000);
    EXPECT_TRUE(gate.may_submit());
    EXPECT_FALSE(gate.is_bounded());
}

TEST(SubmitGate, closes_at_the_bound_and_opens_when_an_eighth_is_free) {
    SubmitGate gate(QueueBound{.tasks = 800});
    for (int i = 0; i < 799; ++i) gate.enter(0);
    EXPECT_TRUE(gate.may_submit());
    gate.enter(0);
    EXPECT_FALSE(gate.may_submit());
    for (int i = 0; i < 99; ++i) gate.leave(0);
    EXPECT_FALSE(gate.may_submit());
    gate.leave(0);
    EXPECT_TRUE(gate.may_submit());
}

TEST(SubmitGate, opens_with_every_task_where_there_are_few) {
    SubmitGate gate(QueueBound{.tasks = 1});
    gate.enter(0);
    EXPECT_FALSE(gate.may_submit());
    gate.leave(0);
    EXPECT_TRUE(gate.may_submit());
}

TEST(SubmitGate, counts_bytes_too) {
    SubmitGate gate(QueueBound{.tasks = 100, .bytes = 1000});
    gate.enter(900);
    EXPECT_TRUE(gate.may_submit());
    gate.enter(5000);  // One that is larger than the bound has to be let in, too.
    EXPECT_FALSE(gate.may_submit());
    gate.leave(900);
    EXPECT_FALSE(gate.may_submit());
    gate.leave(5000);
    EXPECT_TRUE(gate.may_submit());
    EXPECT_EQ(gate.tasks(), 0U);
    EXPECT_EQ(gate.bytes(), 0U);
}

}  // namespace
}  // namespace rankpool::scheduler
