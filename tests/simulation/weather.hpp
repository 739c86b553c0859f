#pragma once

#include <simulation/cluster.hpp>
#include <simulation/incident.hpp>
#include <simulation/synthetic_workload.hpp>
#include <vector>

#include <rankpool/scheduler/limits.hpp>

namespace rankpool::simulation {

/// All that a seed decides about a run.
struct Weather {
    SyntheticOptions workload;
    ClusterOptions cluster;
    scheduler::Limits limits;
    std::vector<Incident> incidents;

    /// Nothing is lost and nobody changes his mind, so how each task ends is known beforehand.
    bool is_calm() const;
};

Weather weather_of(std::uint64_t seed);

}  // namespace rankpool::simulation
