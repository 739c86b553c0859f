#pragma once

#include <vector>

#include "bench/blocks.hpp"
#include "bench/workplace.hpp"

namespace rankpool::apps {

/// What a core does alone: work.1us to work.1ms, tasks of this length after each other on rank 0.
std::vector<BlockCase> work_cases(const Workplace& workplace);

/// What MPI itself can do between ranks 0 and 1: the limits of everything built on it.
///
/// raw.round_trip: 64 bytes there and back, the receiver not knowing sender and size (as a pool does not);
/// raw.message: a stream of 64-byte messages one way;
/// raw.echo.1KiB to raw.echo.1GiB: that many bytes there and back, both ways counted;
/// raw.pipelined.1KiB: the same with sixteen messages under way;
/// raw.startup: a communicator of one's own, one message there and back, and the communicator's end.
std::vector<BlockCase> raw_cases();

}  // namespace rankpool::apps
