#pragma once

#include <functional>
#include <vector>

#include <rankpool/executor/executor.hpp>
#include <rankpool/executor/pool_options.hpp>

#include "bench_blocks.hpp"
#include "bench_watch.hpp"

namespace rankpool::apps {

/// The same work through rankpool's public interface.
///
/// tasks.submit.empty, tasks.map.empty: tasks that do nothing, a future each, or through map();
/// latency.round_trip: one call, and its result before the next;
/// payload.1MiB, payload.16MiB: that many bytes to a worker and back;
/// startup.first_result: from opening a pool to the first result;
/// memory.queued_task: on rank 0, for a waiting task with its future;
/// idle.cpu: of a worker that has nothing to do, in percent of a core.
class PoolBench {
  public:
    /// Called by all ranks, as are the other calls.
    ///
    /// @param pace  how ranks wait in the blocks; idle.cpu is about the pace that pools have by themselves
    PoolBench(const MpiSession& mpi, PaceKind pace);

    /// Opens a pool, measures some blocks of each case, and closes it.
    void run_round(int block_count);
    /// What blocks are too short for; takes about a second.
    void measure_memory_and_idling();

    /// On rank 0: all of it.
    std::vector<Measured> results() const;

  private:
    struct PoolCase {
        Measured measured;
        std::function<double(Executor& pool, std::uint64_t count)> run;
    };

    void add(BlockCase spec, std::function<double(Executor&, std::uint64_t)> run);
    void record(Measured& measured, double seconds, double lost_before_s);
    void on_pool(const PoolOptions& options, const std::function<void(Executor&)>& action);

    PaceKind pace_;
    ProcessWatch watch_;
    std::vector<PoolCase> cases_;
    Measured startup_;
    Measured memory_;
    Measured idling_;
};

}  // namespace rankpool::apps
