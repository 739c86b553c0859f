#include <simulation/virtual_worker.hpp>

#include <gtest/gtest.h>

namespace rankpool::simulation {
namespace {

HeldTask task(std::uint32_t number, std::int32_t priority = 0, std::uint16_t level = 0) {
    return {.task = TaskId{number}, .execution = Execution{1}, .number = number, .priority = priority, .level = level};
}

TEST(VirtualWorker, starts_by_priority_then_level_then_arrival) {
    VirtualWorker worker(5);
    for (const HeldTask& each : {task(1), task(2), task(3, 0, 1), task(4, 1), task(5, 0, 1)}) worker.hold(each);
    for (const TaskNumber expected : {4U, 3U, 5U, 1U, 2U}) EXPECT_EQ(worker.start_next()->number, expected);
    EXPECT_EQ(worker.start_next(), nullptr);
}

TEST(VirtualWorker, runs_no_more_than_its_slots) {
    VirtualWorker worker(2);
    for (std::uint32_t i = 0; i < 200; ++i) worker.hold(task(i));
    for (std::uint32_t i = 0; i < 200; ++i) {
        while (worker.start_next() != nullptr) {
        }
        EXPECT_EQ(worker.running(), i == 199 ? 1U : 2U);
        ASSERT_NE(worker.find_running(TaskId{i}, Execution{1}), nullptr);
        worker.finish(TaskId{i}, Execution{1});
    }
    EXPECT_TRUE(worker.is_empty());
}

TEST(VirtualWorker, gives_back_only_what_has_not_started) {
    VirtualWorker worker(1);
    worker.hold(task(1));
    worker.hold(task(2));
    worker.start_next();
    EXPECT_FALSE(worker.give_back(TaskId{1}, Execution{1}));
    EXPECT_FALSE(worker.give_back(TaskId{2}, Execution{2}));
    EXPECT_TRUE(worker.give_back(TaskId{2}, Execution{1}));
    EXPECT_FALSE(worker.give_back(TaskId{2}, Execution{1}));
}

TEST(VirtualWorker, runs_others_while_a_task_waits_and_goes_on_with_it_first) {
    VirtualWorker worker(1);
    for (std::uint32_t i = 1; i <= 3; ++i) worker.hold(task(i));
    worker.start_next();
    worker.suspend(TaskId{1}, Execution{1});
    EXPECT_EQ(worker.start_next()->number, 2U);
    worker.wake(TaskId{1}, Execution{1});
    EXPECT_EQ(worker.start_next(), nullptr);
    worker.finish(TaskId{2}, Execution{1});
    EXPECT_EQ(worker.start_next()->number, 1U);
}

}  // namespace
}  // namespace rankpool::simulation
