#include <simulation/list_schedule.hpp>
#include <simulation/synthetic_workload.hpp>

#include <gtest/gtest.h>

namespace rankpool::simulation {
namespace {

using namespace std::chrono_literals;

/// Tasks with given lengths and inputs.
class Handmade final : public Workload {
  public:
    Handmade(std::vector<Duration> lengths, std::vector<std::vector<TaskNumber>> inputs)
        : lengths_(std::move(lengths)), inputs_(std::move(inputs)) {}
    TaskNumber size() const override { return static_cast<TaskNumber>(lengths_.size()); }
    TaskPlan plan(TaskNumber number) const override { return {.busy = lengths_[number]}; }
    void add_inputs(TaskNumber number, std::vector<TaskNumber>& inputs) const override {
        inputs.insert(inputs.end(), inputs_[number].begin(), inputs_[number].end());
    }

  private:
    std::vector<Duration> lengths_;
    std::vector<std::vector<TaskNumber>> inputs_;
};

TEST(ListSchedule, starts_tasks_in_the_order_of_the_list) {
    const Handmade independent({1s, 1s, 4s}, {{}, {}, {}});
    EXPECT_EQ(list_makespan(independent, 2, ListOrder::submission), 5s);
    EXPECT_EQ(list_makespan(independent, 2, ListOrder::newest), 4s);
    EXPECT_EQ(list_makespan(independent, 3, ListOrder::submission), 4s);
    EXPECT_EQ(list_makespan(independent, 1, ListOrder::submission), 6s);
}

TEST(ListSchedule, prefers_what_much_waits_for_if_asked) {
    // A chain of three behind the last of three tasks.
    const Handmade graph({2s, 2s, 2s, 2s, 2s}, {{}, {}, {}, {2}, {3}});
    EXPECT_EQ(list_makespan(graph, 2, ListOrder::submission), 8s);
    EXPECT_EQ(list_makespan(graph, 2, ListOrder::path), 6s);
}

TEST(ListSchedule, bounds_hold_for_all_orders) {
    for (const char* name : {"independent", "chain", "stencil", "random", "tree", "diamond", "fan"}) {
        const SyntheticWorkload workload({.graph = {.kind = parse_graph(name), .task_count = 300, .width = 12},
                                          .durations = parse_duration_mix("pareto:1ms")});
        const Bounds bounds = bounds_of(workload);
        for (const std::uint64_t slots : {1U, 3U, 20U, 1000U}) {
            for (const ListOrder order :
                 {ListOrder::submission, ListOrder::readiness, ListOrder::newest, ListOrder::path}) {
                const Duration makespan = list_makespan(workload, slots, order);
                EXPECT_GE(makespan, bounds.lower(slots)) << name;
                EXPECT_LE(makespan, bounds.upper(slots) + 1us) << name;
            }
        }
        EXPECT_EQ(list_makespan(workload, 1, ListOrder::newest), bounds.work) << name;
        EXPECT_EQ(list_makespan(workload, 1000, ListOrder::newest), bounds.path) << name;
    }
}

}  // namespace
}  // namespace rankpool::simulation
