#pragma once

#include <cstdint>

#include <rankpool/scheduler/task_list.hpp>

namespace rankpool::scheduler {

enum class WorkerState : std::uint8_t { absent, active, draining, lost };

/// A worker's place in one Ranking.
struct RankingLinks {
    WorkerId previous;
    WorkerId next;
};
inline constexpr std::uint16_t unranked = static_cast<std::uint16_t>(-1);

/// All that is known of one worker: one cache line.
struct alignas(64) Worker {
    TaskList queue;                 ///< assigned tasks, oldest first
    TaskList taken;                 ///< tasks revoking, running or suspended, in no meaningful order
    std::uint64_t expected_ns = 0;  ///< expected work of the load, the part already done included
    std::uint32_t load = 0;         ///< tasks held, without the suspended ones, and seats
    std::uint32_t slots = 0;        ///< tasks it runs at once
    RankingLinks by_load;
    RankingLinks by_surplus;
    std::uint16_t load_level = unranked;
    std::uint16_t surplus_level = unranked;
    std::uint16_t revoking = 0;  ///< tasks asked back
    std::uint16_t movable = 0;   ///< tasks of the queue that another worker could run as well
    WorkerState state = WorkerState::absent;
    bool is_reserved = false;   ///< for a task over several workers: it is not ranked
    std::uint16_t seats = 0;    ///< of the load: slots taken by something else than a task's own execution
    std::uint32_t running = 0;  ///< tasks known to run

    /// Tasks it holds beyond those it can run now.
    std::uint32_t ahead() const { return load > slots ? load - slots : 0; }
    std::uint32_t free_slots() const { return load < slots ? slots - load : 0; }
    /// True if every slot is known to run a task that is no short one: nobody can tell how long its queue will wait.
    bool is_stuck() const { return running + seats >= slots; }
};
static_assert(sizeof(Worker) == 64);

}  // namespace rankpool::scheduler
