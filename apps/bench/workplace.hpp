#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include <rankpool/transport/pace.hpp>

namespace rankpool::apps {

/// Where a bench runs; the same on all ranks.
struct Workplace {
    int rank_count = 1;
    int core_count = 1;        ///< of all hosts, as far as our ranks may use them
    double turns_per_s = 1e9;  ///< see work()
    PaceKind pace = PaceKind::balanced;

    /// Ranks that run tasks while rank 0 hands them out. A single rank does both.
    int workers() const { return std::max(1, rank_count - 1); }
    /// Tasks that can really run at once.
    int busy_cores() const { return std::min(workers(), core_count); }
};

/// Of empty tasks a block has so many at least: a quarter of a millisecond of them.
inline constexpr std::uint64_t empty_tasks_min = 1000;

/// A length of tasks that is measured.
struct TaskLength {
    const char* name;
    double seconds;
    std::uint64_t count_min;  ///< tasks per worker in a block, at least
    int batch;                ///< what a tuned farm sends at once: less than 100 us of work
};
inline constexpr std::array<TaskLength, 4> task_lengths = {
    {{"1us", 1e-6, 100, 16}, {"10us", 1e-5, 50, 4}, {"100us", 1e-4, 16, 1}, {"1ms", 1e-3, 4, 1}}};

}  // namespace rankpool::apps
