#pragma once

#include <cstdint>

namespace rankpool {

/// What went through MPI for pools.
struct Traffic {
    std::uint64_t sent = 0;      ///< bytes
    std::uint64_t received = 0;  ///< bytes
    std::uint64_t messages_sent = 0;
};

/// Of this process, so far. Thread-safe; for tests and measurements.
Traffic traffic_here();

}  // namespace rankpool
