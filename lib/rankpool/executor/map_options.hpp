#pragma once

#include <cstddef>

#include <rankpool/core/time.hpp>
#include <rankpool/task/options.hpp>

namespace rankpool {

struct MapOptions {
    /// Items per task; 0: chosen by their measured duration.
    std::size_t chunk_size = 0;
    /// Items in flight at most; 0: as many as keep all workers busy.
    std::size_t buffer_size = 0;
    /// From the call of map() to the last result; TimeoutError is thrown where a result is not there by then.
    Duration timeout = duration_max;
    /// For each of the tasks. With retries, every item is a task of its own.
    TaskOptions task = {};
};

}  // namespace rankpool
