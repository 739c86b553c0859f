#pragma once

#include <functional>

#include <rankpool/executor/executor.hpp>

#include "bench/blocks.hpp"
#include "bench/graph_pattern.hpp"
#include "bench/metg.hpp"
#include "bench/workplace.hpp"

namespace rankpool::apps {

/// A graph as tasks: a future per point, which the tasks of the next step take as arguments.
/// metg.stencil and so on: METG(50 %) in us, of the cores that run tasks.
class PoolGraph {
  public:
    PoolGraph(GraphPattern pattern, const Workplace& workplace);

    /// One search.
    /// @param lost_s  how long our ranks were kept from their cores, so far
    void run_round(Executor& pool, const std::function<double()>& lost_s);
    const Measured& measured() const { return measured_; }

  private:
    Workplace workplace_;
    Graph graph_;
    MetgSearch search_;
    Measured measured_;
};

/// A search in which more than this share of the time was lost to other programs is not clean; blocks alike.
inline constexpr double lost_share_max = 0.05;

}  // namespace rankpool::apps
