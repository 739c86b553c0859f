#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <rankpool/core/time.hpp>
#include <rankpool/scheduler/ready_queue.hpp>
#include <rankpool/scheduler/resource.hpp>
#include <rankpool/scheduler/worker_ring.hpp>

namespace rankpool::scheduler {

/// Where tasks of one kind may run, those that are ready, and the workers that may have room for them.
struct Request {
    static constexpr std::uint32_t not_shared = static_cast<std::uint32_t>(-1);
    static constexpr std::uint32_t not_waiting = static_cast<std::uint32_t>(-1);

    std::vector<Need> needs;                  ///< of all variants, one after the other
    std::vector<std::uint32_t> variant_ends;  ///< one at least
    Duration time{};                          ///< what is to be left when it starts; 0: not said
    WorkerId pinned;                          ///< the only worker that will do, if any
    std::uint32_t ranks = 1;                  ///< workers that run a task together

    ReadyQueue ready;
    WorkerRing candidates;                   ///< not pinned: workers that had a free slot when they were last looked at
    std::uint32_t shared = not_shared;       ///< its place among the requests that are not pinned
    std::uint32_t able = 0;                  ///< not pinned: workers that have what it takes, if nothing else ran there
    std::uint32_t waiting_at = not_waiting;  ///< not pinned: its place among those with ready tasks
    bool is_open = false;                    ///< listed as one to look at

    std::uint32_t variant_count() const { return static_cast<std::uint32_t>(variant_ends.size()); }
    std::span<const Need> variant(std::uint32_t i) const {
        const std::uint32_t begin = i == 0 ? 0 : variant_ends[i - 1];
        return std::span(needs).subspan(begin, variant_ends[i] - begin);
    }
    /// True if any worker with a free slot will do.
    bool is_plain() const { return !pinned.is_valid() && needs.empty() && ranks == 1; }
    bool is_wide() const { return ranks > 1; }
};

}  // namespace rankpool::scheduler
