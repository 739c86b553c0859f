#pragma once

#include <vector>

#include "bench_blocks.hpp"

namespace rankpool::apps {

/// What people write by hand instead of using a library: rank 0 hands out fixed-size tasks, all other ranks answer with
/// fixed-size results. No futures, no scheduling, no failures, one hard-wired function.
///
/// farm.round_trip: one task at a time on rank 1;
/// farm.naive: one task per message, one message per worker at a time;
/// farm.batch16, farm.batch64: 16 or 64 tasks per message, four messages per worker at a time.
std::vector<BlockCase> farm_cases(int rank_count);

}  // namespace rankpool::apps
