#pragma once

#include <cstdint>

namespace rankpool::apps {

/// Uses the core for so many turns of a loop in which each waits for the one before, and nothing else. Returns a number
/// that depends on all of them.
std::uint64_t work(std::uint64_t turns);

/// Turns that take so long on this core when nothing disturbs it: the best of many tries, which take some milliseconds.
/// The same on all ranks: rank 0 measures. Called by all ranks of MPI_COMM_WORLD.
double turns_per_second();

}  // namespace rankpool::apps
