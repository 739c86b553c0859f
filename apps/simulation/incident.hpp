#pragma once

#include <cstdint>
#include <simulation/random.hpp>
#include <vector>

#include <rankpool/core/time.hpp>

namespace rankpool::simulation {

/// Something that happens to the cluster, or that a user does, at a moment fixed in advance.
struct Incident {
    enum class Kind {
        join,             ///< the worker joins; it was not there from the start
        crash,            ///< the worker dies, and is found dead a moment later
        crash_with_node,  ///< the same, but all of its node die
        cut_off,          ///< the worker is taken for lost, but goes on and reports, too late
        drain,            ///< the worker finishes what it holds, and leaves
        cancel,           ///< a user cancels a task
    };
    Instant when;
    Kind kind = Kind::crash;
    std::uint32_t target = 0;  ///< a worker, or a task
};

/// How much of each shall happen before `horizon`.
struct IncidentCounts {
    std::uint32_t workers = 1;  ///< of the cluster, from 0
    std::uint32_t late_workers = 0;
    std::uint32_t crashes = 0;
    std::uint32_t cut_offs = 0;
    std::uint32_t lost_nodes = 0;
    std::uint32_t workers_per_node = 4;
    std::uint32_t drains = 0;
    std::uint32_t cancels = 0;
    std::uint32_t tasks = 1;
    Duration horizon{};
};

/// Draws when each happens, and to whom. Late workers are numbered after those of the start.
std::vector<Incident> plan_incidents(const IncidentCounts& counts, Random& random);

}  // namespace rankpool::simulation
