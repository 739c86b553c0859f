#pragma once

#include <cstdint>
#include <simulation/workload.hpp>

namespace rankpool::simulation {

/// Which of the tasks that could start starts first.
enum class ListOrder {
    submission,  ///< the one submitted first
    readiness,   ///< the one that could start first
    newest,      ///< the one that could start last
    path,        ///< the one with most tasks on a way from it to an end
};

/// How long the workload takes when a deliberately naive list scheduler runs it: whenever a slot is free, the first
/// startable task of the list starts there. No messages, no failures, children left out. It shares nothing with the
/// real scheduler.
Duration list_makespan(const Workload& workload, std::uint64_t slots, ListOrder order);

/// What no scheduler can undercut, and what no list scheduler exceeds.
/// Source: Graham: Bounds on multiprocessing timing anomalies, SIAM J. Appl. Math. 17 (1969).
struct Bounds {
    Duration work{};               ///< of all tasks
    Duration path{};               ///< the longest way through the graph
    Duration longest{};            ///< the longest task
    std::uint64_t path_tasks = 0;  ///< most tasks on a way through the graph

    Duration lower(std::uint64_t slots) const;
    Duration upper(std::uint64_t slots) const;
};
Bounds bounds_of(const Workload& workload);

}  // namespace rankpool::simulation
