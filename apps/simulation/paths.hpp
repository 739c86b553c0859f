#pragma once

#include <cstdint>
#include <simulation/workload.hpp>
#include <vector>

namespace rankpool::simulation {

/// By task: how many tasks are on the longest way from it to one that nobody needs, itself included. Empty if no task
/// needs another.
std::vector<std::uint32_t> paths_of(const Workload& workload);

}  // namespace rankpool::simulation
