#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <rankpool/executor/executor.hpp>
#include <rankpool/executor/pool_options.hpp>

#include "bench/blocks.hpp"
#include "bench/pool_graph.hpp"
#include "bench/watch.hpp"
#include "bench/workplace.hpp"

namespace rankpool::apps {

/// Something to do `count` times through a pool's public interface. It checks what comes back, and returns the seconds
/// it took.
using PoolRun = std::function<double(Executor& pool, std::uint64_t count)>;

/// A case that is measured on a pool: `spec.run` stays empty.
struct PoolCase {
    BlockCase spec;
    PoolRun run;
};

/// tasks.submit.empty, tasks.map.empty, latency.round_trip; tasks.submit.1us to tasks.map.1ms.
std::vector<PoolCase> task_cases(const Workplace& workplace);
/// payload.1KiB to payload.1GiB (there and back), payload.1MiB.argument, .result…; payload.1KiB.pipelined.
std::vector<PoolCase> payload_cases();

/// The pool's side of the bench: opens and closes pools, and measures cases on them.
class PoolBench {
  public:
    using IsWanted = std::function<bool(const BlockCase& spec)>;

    /// Called by all ranks, as are the other calls; `is_wanted` says the same on all of them.
    PoolBench(const MpiSession& mpi, const Workplace& workplace, const IsWanted& is_wanted);

    /// Opens a pool, measures some blocks of each case, and closes it.
    void run_round();
    /// What blocks are too short for, if it is wanted; takes about a second.
    void measure_once();

    /// On rank 0: all of it.
    std::vector<const Measured*> results() const;

  private:
    struct Item {
        Measured measured;
        PoolRun run;
    };

    void run_blocks_of(Item& item, Executor& pool);
    void measure_idling();
    bool record(Measured& measured, double seconds, double lost_before_s);
    void on_pool(const PoolOptions& options, const std::function<void(Executor&)>& action);

    Workplace workplace_;
    ProcessWatch watch_;
    std::vector<Item> items_;
    std::vector<PoolGraph> graphs_;
    // Empty: not wanted.
    std::vector<Measured> startup_;  // The first result, and the shutdown.
    std::vector<Measured> memory_;
    std::vector<Measured> idling_;
};

}  // namespace rankpool::apps
