#include <vector>

#include <gtest/gtest.h>

#include <rankpool/scheduler/edge_pool.hpp>

namespace rankpool::scheduler {
namespace {

/// An input, task 0, with waiting dependents 1, 2, …
struct Fixture {
    explicit Fixture(std::uint32_t dependents) {
        tasks.reach(TaskId{dependents});
        for (TaskId id{1}; id.value <= dependents; ++id.value) {
            tasks[id].state = TaskState::waiting;
            edges.add(tasks[TaskId{0}], id, tasks[id].execution);
        }
    }
    /// The dependent is settled otherwise.
    void settle(TaskId id) {
        tasks[id].state = TaskState::vacant;
        TaskTable::begin_execution(tasks[id]);
        edges.bury(1);
    }
    std::vector<std::uint32_t> release() {
        std::vector<std::uint32_t> visited;
        edges.release(tasks[TaskId{0}], tasks, [&](TaskId id) { visited.push_back(id.value); });
        return visited;
    }
    TaskTable tasks;
    EdgePool edges;
};

TEST(EdgePool, visits_live_dependents_in_order_and_frees_all) {
    Fixture fixture(5);
    fixture.settle(TaskId{1});
    fixture.settle(TaskId{4});
    EXPECT_EQ(fixture.edges.used(), 5U);
    EXPECT_EQ(fixture.release(), (std::vector<std::uint32_t>{2, 3, 5}));
    EXPECT_EQ(fixture.edges.used(), 0U);
    EXPECT_EQ(fixture.edges.dead(), 0U);
    EXPECT_EQ(fixture.release(), std::vector<std::uint32_t>{});
}

TEST(EdgePool, sweeps_when_most_edges_are_dead) {
    constexpr std::uint32_t count = 10'000;
    Fixture fixture(count);
    fixture.edges.sweep(fixture.tasks);
    EXPECT_EQ(fixture.edges.used(), count);
    std::vector<std::uint32_t> live;
    for (TaskId id{1}; id.value <= count; ++id.value) {
        if (id.value % 100 == 17) {
            live.push_back(id.value);
        } else {
            fixture.settle(id);
        }
    }
    fixture.edges.sweep(fixture.tasks);
    EXPECT_EQ(fixture.edges.dead(), 0U);
    EXPECT_EQ(fixture.edges.used(), live.size());
    EXPECT_EQ(fixture.release(), live);
}

TEST(EdgePool, a_sweep_may_leave_nothing) {
    Fixture fixture(5000);
    for (TaskId id{1}; id.value <= 5000; ++id.value) fixture.settle(id);
    fixture.edges.sweep(fixture.tasks);
    EXPECT_EQ(fixture.edges.used(), 0U);
    EXPECT_EQ(fixture.release(), std::vector<std::uint32_t>{});
}

}  // namespace
}  // namespace rankpool::scheduler
