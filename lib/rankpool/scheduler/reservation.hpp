#pragma once

#include <algorithm>
#include <vector>

#include <rankpool/core/ids.hpp>
#include <rankpool/core/time.hpp>

namespace rankpool::scheduler {

/// Workers that are kept for the first task that waits for several of them. They get nothing else, but for tasks that
/// go before it, and those that end before it can start.
struct Reservation {
    TaskId task;  ///< none: nothing is reserved
    std::uint8_t variant = 0;
    Instant due{};                  ///< when all of them are expected to be free
    std::vector<WorkerId> workers;  ///< by number

    bool is_active() const { return task.is_valid(); }
    bool has(WorkerId worker) const { return std::binary_search(workers.begin(), workers.end(), worker); }
};

}  // namespace rankpool::scheduler
