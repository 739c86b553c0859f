#pragma once

#include <cstdint>
#include <simulation/duration_mix.hpp>
#include <simulation/graph.hpp>
#include <simulation/list_schedule.hpp>
#include <simulation/workload.hpp>
#include <string>

#include <rankpool/core/time.hpp>
#include <rankpool/scheduler/counters.hpp>
#include <rankpool/scheduler/resource.hpp>

namespace rankpool::apps {

/// The cluster to be simulated.
struct SimulatedCluster {
    std::uint32_t workers = 1000;
    std::uint32_t slots = 1;
    Duration latency = std::chrono::microseconds(10);
    std::uint32_t lost_workers = 0;
    std::uint32_t slow_workers = 0;  ///< in a thousand, two to eight times slower
    scheduler::Amount stock = 0;     ///< of each resource that tasks ask for, on every worker
    std::uint64_t seed = 1;
};

/// What one run came to.
struct SimulatedRun {
    SimulatedCluster cluster;
    std::uint64_t tasks = 0;
    scheduler::Counters counters;

    // The scheduler, in real time.
    Duration scheduler_time{};
    std::uint64_t events = 0;
    double bytes_per_waiting_task = 0;  ///< from the allocator; 0 where it does not tell
    std::size_t peak_bytes = 0;         ///< of this process

    // The program, in virtual time.
    Duration makespan{};
    Duration list_makespan{};  ///< by the better of two naive list schedulers without latency and accidents
    simulation::Bounds bounds;

    double ns_per_task() const;
    double ns_per_decision() const;  ///< for every task sent to a worker
    double decisions_per_second() const;
    double makespan_ratio() const;  ///< to list_makespan
    double utilisation() const;     ///< of all slots over the makespan; 1 if each was busy all the time
};

/// Runs the workload once. Shows progress on stderr if it takes long.
SimulatedRun simulate(const SimulatedCluster& cluster, const simulation::Workload& workload);

}  // namespace rankpool::apps
