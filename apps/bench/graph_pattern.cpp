#include "bench/graph_pattern.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace rankpool::apps {
namespace {

int log2_of(int width) { return static_cast<int>(std::bit_width(static_cast<unsigned>(width))) - 1; }

// A fixed mix of the two: the graph is the same on all ranks and in all runs.
bool is_drawn(std::uint64_t step, int point, int input) {
    std::uint64_t mixed = step * 1000003 + static_cast<std::uint64_t>(point) * 8191 + static_cast<std::uint64_t>(input);
    mixed = (mixed ^ (mixed >> 31)) * 0x9e3779b97f4a7c15U;
    return ((mixed >> 40) & 1U) != 0;
}

std::vector<int> range(int first, int last, int width) {
    std::vector<int> points;
    for (int i = std::max(first, 0); i <= std::min(last, width - 1); ++i) points.push_back(i);
    return points;
}

std::vector<int> random_inputs(std::uint64_t step, int point, int width) {
    std::vector<int> points = range(point - 2, point + 2, width);
    std::erase_if(points, [&](int input) { return input != point && !is_drawn(step, point, input); });
    return points;
}

}  // namespace

const char* text_of(GraphPattern pattern) {
    switch (pattern) {
        case GraphPattern::none:
            return "none";
        case GraphPattern::chain:
            return "chain";
        case GraphPattern::stencil:
            return "stencil";
        case GraphPattern::random:
            return "random";
        case GraphPattern::fft:
            return "fft";
        case GraphPattern::tree:
            return "tree";
        case GraphPattern::fan:
            return "fan";
    }
    throw std::logic_error("no such pattern");
}

Graph graph_of(GraphPattern pattern, int width) {
    if (pattern == GraphPattern::chain) return {pattern, 1};
    if (pattern == GraphPattern::fft || pattern == GraphPattern::tree) {
        return {pattern, static_cast<int>(std::bit_ceil(static_cast<unsigned>(width)))};
    }
    return {pattern, width};
}

std::uint64_t Graph::period() const {
    switch (pattern) {
        case GraphPattern::none:
        case GraphPattern::chain:
        case GraphPattern::stencil:
            return 1;
        case GraphPattern::random:
            return 16;
        case GraphPattern::fft:
            return static_cast<std::uint64_t>(std::max(log2_of(width), 1));
        case GraphPattern::tree:
            return static_cast<std::uint64_t>(std::max(log2_of(width), 0)) + 1;
        case GraphPattern::fan:
            return 2;
    }
    throw std::logic_error("no such pattern");
}

int Graph::points(std::uint64_t step) const {
    if (pattern == GraphPattern::tree) return width >> (step % period());
    if (pattern == GraphPattern::fan) return step % 2 == 0 ? width : 1;
    return width;
}

std::vector<int> Graph::inputs(std::uint64_t step, int point) const {
    const std::uint64_t turn = step % period();
    switch (pattern) {
        case GraphPattern::none:
        case GraphPattern::chain:
            return {point};
        case GraphPattern::stencil:
            return range(point - 1, point + 1, width);
        case GraphPattern::random:
            return random_inputs(turn, point, width);
        case GraphPattern::fft: {
            const int partner = point ^ (1 << turn);
            if (partner >= width) return {point};
            return {std::min(point, partner), std::max(point, partner)};
        }
        case GraphPattern::tree:
            if (turn == 0) return {0};
            return {2 * point, 2 * point + 1};
        case GraphPattern::fan:
            return turn == 0 ? std::vector<int>{0} : range(0, width - 1, width);
    }
    throw std::logic_error("no such pattern");
}

}  // namespace rankpool::apps
