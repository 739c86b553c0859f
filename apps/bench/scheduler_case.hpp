#pragma once

#include <vector>

#include "bench/blocks.hpp"

namespace rankpool::apps {

/// The scheduler alone, on rank 0: what it costs to submit a task, find a worker for it and take note of its end, with
/// no message and no future.
/// scheduler.1k_workers, scheduler.100k_workers: ns per task, with so many workers that have two tasks each.
std::vector<BlockCase> scheduler_cases();

}  // namespace rankpool::apps
