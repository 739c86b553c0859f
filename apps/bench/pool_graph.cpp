#include "bench/pool_graph.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/raw_graph.hpp"
#include "bench/work.hpp"

namespace rankpool::apps {
namespace {

using Output = std::array<std::uint64_t, 2>;  // 16 bytes, as Task Bench's: the step, and what its inputs came to.

Output run_point(std::uint64_t turns, std::uint64_t step, const std::vector<Output>& inputs) {
    std::uint64_t sum = 0;
    for (const Output& input : inputs) sum += input[0];
    return {step + (work(turns + (sum & 1U)) == 0 ? 1U : 0U), sum};
}

/// Submits the whole graph and waits for its last step.
/// @returns seconds
double run_graph(Executor& pool, const Graph& graph, std::uint64_t steps, std::uint64_t turns) {
    std::vector<Future<Output>> before;
    std::vector<Future<Output>> points;
    const double start = seconds_now();
    for (std::uint64_t step = 0; step < steps; ++step) {
        points.clear();
        for (int point = 0; point < graph.points(step); ++point) {
            std::vector<Future<Output>> inputs;
            if (step != 0) {
                for (const int input : graph.inputs(step, point))
                    inputs.push_back(before[static_cast<std::size_t>(input)]);
            }
            points.push_back(pool.submit(run_point, turns, step, inputs));
        }
        std::swap(before, points);
    }
    bool is_right = true;
    for (std::size_t point = 0; point < before.size(); ++point) {
        const Output& output = before[point].result();
        const std::size_t inputs = graph.inputs(steps - 1, static_cast<int>(point)).size();
        is_right = is_right && output == Output{steps - 1, inputs * (steps - 2)};
    }
    const double seconds = seconds_now() - start;
    if (!is_right) throw std::logic_error("bench: a graph came out wrong");
    return seconds;
}

}  // namespace

PoolGraph::PoolGraph(GraphPattern pattern, const Workplace& workplace)
    : workplace_(workplace),
      graph_(graph_of(pattern, graph_width(workplace))),
      measured_(BlockCase{std::string("metg.") + text_of(pattern), "us", Quantity::time, 1e6, Topic::graph,
                          std::string("raw.metg.") + text_of(pattern)}) {}

void PoolGraph::run_round(Executor& pool, const std::function<double()>& lost_s) {
    const int cores = std::min(workplace_.busy_cores(), graph_.width);
    const double lost_before_s = lost_s();
    double total_s = 0;
    const auto granularity = [&](double work_s) {
        const std::uint64_t steps = steps_of_block(graph_, cores, work_s);
        const auto turns = static_cast<std::uint64_t>(work_s * workplace_.turns_per_s);
        const double seconds = run_graph(pool, graph_, steps, turns);
        total_s += seconds;
        return seconds * cores / static_cast<double>(task_count(graph_, steps));
    };
    measured_.begin_round();
    const auto metg_s = search_.run(granularity);
    const bool is_clean = metg_s && lost_s() - lost_before_s < lost_share_max * total_s;
    measured_.add(metg_s.value_or(MetgSearch::out_of_reach_s) * 1e6, is_clean);
}

}  // namespace rankpool::apps
