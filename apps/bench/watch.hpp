#pragma once

#include <string>
#include <vector>

#include "mpi_session.hpp"

namespace rankpool::apps {

/// Looks from rank 0 at the other ranks of its own host without their help, since they are busy serving a pool.
/// Ranks on other hosts are out of sight.
/// Source: Linux, Documentation/scheduler/sched-stats.rst: /proc/PID/task/TID/schedstat.
class ProcessWatch {
  public:
    /// Called by all ranks.
    explicit ProcessWatch(const MpiSession& mpi);

    /// How long the ranks in sight, rank 0 included, were ready to run but off their cores because of others, so far.
    /// What the threads of one rank take from each other is not counted: that is how rankpool works, not how the
    /// machine is.
    double lost_s() const;

    /// The time that the threads of each worker in sight have used a core, summed over those. Rank 0 is one if there is
    /// no other.
    double worker_cpu_s() const;

    int worker_count() const { return static_cast<int>(pids_.size() - first_worker()); }

  private:
    std::size_t first_worker() const { return pids_.size() > 1 ? 1 : 0; }

    std::vector<std::string> pids_;  // That of rank 0 first.
};

}  // namespace rankpool::apps
