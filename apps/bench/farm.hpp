#pragma once

#include <vector>

#include "bench/blocks.hpp"
#include "bench/workplace.hpp"

namespace rankpool::apps {

/// What people write by hand instead of using a library: rank 0 hands out fixed-size tasks, all other ranks answer with
/// fixed-size results. No futures, no scheduling, no failures, one hard-wired function.
///
/// farm.round_trip: one task at a time on rank 1;
/// farm.naive: one empty task per message, one message per worker at a time; farm.naive.1us…: with tasks of this
/// length; farm.batch16, farm.batch64: 16 or 64 empty tasks per message, four messages per worker at a time;
/// farm.tuned.1us…: tasks of this length, with the batches that suit it, four messages per worker at a time.
/// Needs two ranks or more.
std::vector<BlockCase> farm_cases(const Workplace& workplace);

}  // namespace rankpool::apps
