#include <algorithm>
#include <simulation/graph.hpp>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>

namespace rankpool::simulation {
namespace {

std::vector<TaskNumber> inputs_of(const Graph& graph, TaskNumber number) {
    std::vector<TaskNumber> inputs;
    add_inputs_of(graph, number, inputs);
    return inputs;
}

using Inputs = std::vector<TaskNumber>;

TEST(Graph, inputs_come_before_their_task) {
    for (const char* name : {"independent", "chain", "stencil", "random", "tree", "diamond", "fan"}) {
        for (const TaskNumber width : {1U, 2U, 7U}) {
            for (TaskNumber count = 1; count < 40; ++count) {
                const Graph graph{.kind = parse_graph(name), .task_count = count, .width = width};
                for (TaskNumber number = 0; number < count; ++number) {
                    const Inputs inputs = inputs_of(graph, number);
                    EXPECT_TRUE(
                        std::all_of(inputs.begin(), inputs.end(), [&](TaskNumber each) { return each < number; }))
                        << name << ' ' << count << ' ' << number;
                }
            }
        }
    }
}

TEST(Graph, stencil_needs_three_points_and_two_at_the_edges) {
    const Graph graph{.kind = GraphKind::stencil, .task_count = 12, .width = 4};
    EXPECT_EQ(inputs_of(graph, 3), Inputs{});
    EXPECT_EQ(inputs_of(graph, 4), (Inputs{0, 1}));
    EXPECT_EQ(inputs_of(graph, 5), (Inputs{1, 0, 2}));
    EXPECT_EQ(inputs_of(graph, 7), (Inputs{3, 2}));
}

TEST(Graph, tree_uses_each_result_once) {
    const Graph graph{.kind = GraphKind::tree, .task_count = 15};
    std::vector<int> uses(15);
    for (TaskNumber number = 0; number < 15; ++number) {
        for (const TaskNumber input : inputs_of(graph, number)) ++uses[input];
    }
    EXPECT_EQ(std::count(uses.begin(), uses.end(), 1), 14);
    EXPECT_EQ(uses.back(), 0);
}

TEST(Graph, fan_goes_out_and_comes_in_again) {
    const Graph graph{.kind = GraphKind::fan, .task_count = 10, .width = 3};
    EXPECT_EQ(inputs_of(graph, 0), Inputs{});
    EXPECT_EQ(inputs_of(graph, 3), Inputs{0});
    EXPECT_EQ(inputs_of(graph, 4), (Inputs{1, 2, 3}));
    EXPECT_EQ(inputs_of(graph, 5), Inputs{4});
    EXPECT_EQ(inputs_of(graph, 9), (Inputs{6, 7, 8}));
}

TEST(Graph, diamond_has_two_in_the_middle) {
    const Graph graph{.kind = GraphKind::diamond, .task_count = 8};
    EXPECT_EQ(inputs_of(graph, 1), Inputs{0});
    EXPECT_EQ(inputs_of(graph, 2), Inputs{0});
    EXPECT_EQ(inputs_of(graph, 3), (Inputs{2, 1}));
    EXPECT_EQ(inputs_of(graph, 4), Inputs{3});
}

TEST(Graph, names_those_there_are) {
    EXPECT_THROW(parse_graph("circle"), ConfigError);
    EXPECT_EQ(name_of(parse_graph("fan")), "fan");
}

}  // namespace
}  // namespace rankpool::simulation
