#pragma once

#include <vector>

#include "bench/blocks.hpp"
#include "bench/graph_pattern.hpp"
#include "bench/metg.hpp"
#include "bench/workplace.hpp"

namespace rankpool::apps {

/// The width of the graphs that are measured: two points for each core that runs tasks.
int graph_width(const Workplace& workplace);

/// Steps that make a block of about a millisecond, on so many cores.
std::uint64_t steps_of_block(const Graph& graph, int cores, double work_s);

/// The number of tasks in so many steps.
std::uint64_t task_count(const Graph& graph, std::uint64_t steps);

/// A graph as an MPI program written for it: points are dealt out to all ranks once and for all, which exchange what
/// they need and otherwise wait for nobody.
/// raw.metg.stencil and so on: METG(50 %) in us.
class RawGraph {
  public:
    RawGraph(GraphPattern pattern, const Workplace& workplace);

    /// One search. Called by all ranks of MPI_COMM_WORLD.
    void run_round();
    const Measured& measured() const { return measured_; }

  private:
    Workplace workplace_;
    Graph graph_;
    MetgSearch search_;
    Measured measured_;
};

}  // namespace rankpool::apps
