#pragma once

#include <rankpool/executor/pool_options.hpp>
#include <rankpool/store/store.hpp>

namespace rankpool {

/// How much of results a rank keeps in memory and on disk, by the options or by what this machine has.
///
/// @param ranks_here  ranks on this machine, which share it
StoreLimits store_limits(const PoolOptions& options, int ranks_here);

}  // namespace rankpool
