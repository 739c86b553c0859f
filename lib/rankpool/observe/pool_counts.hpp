#pragma once

#include <cstddef>
#include <cstdint>

#include <rankpool/core/time.hpp>

namespace rankpool {

/// What has happened in a pool so far.
struct PoolCounts {
    std::uint64_t submitted = 0;  ///< by the program and by tasks; a chunk of a map is one task
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
    std::uint64_t not_started = 0;  ///< of the failed ones: those for which the pool had no time
    std::uint64_t cancelled = 0;
    std::uint64_t retries = 0;  ///< attempts after an exception
    Duration busy{};  ///< time that tasks occupied workers, summed; without the time they waited for other tasks
    std::size_t workers = 0;
    std::size_t slots = 0;           ///< tasks at once, over all workers
    std::uint64_t kept_results = 0;  ///< results that stay on ranks, now
    std::uint64_t kept_bytes = 0;    ///< what they take, about; copies on other ranks not counted
    // What ranks said last, some milliseconds ago. Only ranks keep results so.
    std::uint64_t memory_budget = 0;  ///< bytes of results and copies that a rank may keep in memory, the least of all
    std::uint64_t memory_peak = 0;    ///< the most that was kept in memory on any rank
    std::uint64_t disk_bytes = 0;     ///< on the disks of all ranks, now
    std::uint64_t spilled_bytes = 0;  ///< written there so far
};

}  // namespace rankpool
