#pragma once

#include <vector>

#include "bench_blocks.hpp"

namespace rankpool::apps {

/// What MPI itself can do between ranks 0 and 1: the limits of everything built on it.
///
/// raw.round_trip: 64 bytes there and back, the receiver not knowing sender and size (as a pool does not);
/// raw.message: a stream of 64-byte messages one way;
/// raw.echo.1MiB, raw.echo.16MiB: that many bytes there and back, both ways counted.
std::vector<BlockCase> raw_cases();

}  // namespace rankpool::apps
