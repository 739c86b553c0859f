#include "bench/graph_pattern.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace rankpool::apps {
namespace {

using Points = std::vector<int>;

TEST(GraphPattern, needs_only_points_that_are_there) {
    for (const GraphPattern pattern : graph_patterns) {
        for (const int width : {1, 2, 3, 8, 13}) {
            const Graph graph = graph_of(pattern, width);
            for (std::uint64_t step = 1; step <= 2 * graph.period() + 1; ++step) {
                EXPECT_EQ(graph.points(step), graph.points(step + graph.period()));
                for (int point = 0; point < graph.points(step); ++point) {
                    const Points inputs = graph.inputs(step, point);
                    ASSERT_FALSE(inputs.empty()) << text_of(pattern);
                    EXPECT_GE(inputs.front(), 0);
                    EXPECT_LT(inputs.back(), graph.points(step - 1)) << text_of(pattern) << ' ' << width << ' ' << step;
                    EXPECT_TRUE(std::is_sorted(inputs.begin(), inputs.end()));
                    EXPECT_EQ(std::adjacent_find(inputs.begin(), inputs.end()), inputs.end());
                    EXPECT_EQ(graph.inputs(step + graph.period(), point), inputs);
                }
            }
        }
    }
}

TEST(GraphPattern, are_those_of_the_literature) {
    EXPECT_EQ(graph_of(GraphPattern::chain, 8).width, 1);
    EXPECT_EQ(graph_of(GraphPattern::fft, 5).width, 8);
    EXPECT_EQ(graph_of(GraphPattern::none, 4).inputs(3, 2), Points{2});
    EXPECT_EQ(graph_of(GraphPattern::stencil, 4).inputs(1, 0), (Points{0, 1}));
    EXPECT_EQ(graph_of(GraphPattern::stencil, 4).inputs(1, 2), (Points{1, 2, 3}));
    const Graph fft = graph_of(GraphPattern::fft, 4);
    EXPECT_EQ(fft.inputs(2, 1), (Points{0, 1}));  // The distance is 1, then 2, and 1 again.
    EXPECT_EQ(fft.inputs(3, 1), (Points{1, 3}));
    const Graph tree = graph_of(GraphPattern::tree, 4);
    EXPECT_EQ(tree.points(0), 4);
    EXPECT_EQ(tree.points(1), 2);
    EXPECT_EQ(tree.points(2), 1);
    EXPECT_EQ(tree.inputs(1, 1), (Points{2, 3}));
    EXPECT_EQ(tree.inputs(3, 2), Points{0});
    const Graph fan = graph_of(GraphPattern::fan, 3);
    EXPECT_EQ(fan.points(1), 1);
    EXPECT_EQ(fan.inputs(1, 0), (Points{0, 1, 2}));
    EXPECT_EQ(fan.inputs(2, 2), Points{0});
}

}  // namespace
}  // namespace rankpool::apps
