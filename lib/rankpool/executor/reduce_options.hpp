#pragma once

#include <cstddef>

#include <rankpool/task/options.hpp>

namespace rankpool {

/// For Executor::map_reduce(). `leaf_size` and `fan_in` are part of the result where the operation rounds.
struct ReduceOptions {
    /// Items per leaf of the tree: one task computes and reduces them, from left to right.
    std::size_t leaf_size = 64;
    /// Partial results that one task reduces further, from left to right; at least 2.
    std::size_t fan_in = 8;
    /// Leaves in flight at most; 0: as many as keep all workers busy.
    std::size_t buffer_size = 0;
    /// For each of the tasks.
    TaskOptions task = {};
};

}  // namespace rankpool
