#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rankpool::apps {

/// Graphs of `width` points and any number of steps: a point of a step is a task that needs some points of the step
/// before. The patterns are those of Task Bench (Slaughter et al., SC'20).
enum class GraphPattern : std::uint8_t {
    none,     ///< each point needs itself: independent chains
    chain,    ///< the same of width 1: one task after the other
    stencil,  ///< each point needs itself and both neighbours
    random,   ///< each point needs about half of the five nearest, others in every step
    fft,      ///< each point needs itself and the one in the distance 1, 2, 4, …, by turns
    tree,     ///< steps halve the number of points down to one, which starts all of them anew
    fan,      ///< all points need the first, which needs all of them, by turns
};
inline constexpr GraphPattern graph_patterns[] = {GraphPattern::none,   GraphPattern::chain, GraphPattern::stencil,
                                                  GraphPattern::random, GraphPattern::fft,   GraphPattern::tree,
                                                  GraphPattern::fan};

const char* text_of(GraphPattern pattern);

struct Graph {
    GraphPattern pattern = GraphPattern::none;
    int width = 1;

    /// How many points a step has: those numbered below.
    int points(std::uint64_t step) const;
    /// What a point of a step needs of the step before, ascending, not empty. `step` > 0.
    std::vector<int> inputs(std::uint64_t step, int point) const;
    /// Steps with the same remainder by this have the same points and inputs.
    std::uint64_t period() const;
};

/// The graph of about this width; a chain has width 1, and fft and tree take the next power of two.
Graph graph_of(GraphPattern pattern, int width);

}  // namespace rankpool::apps
