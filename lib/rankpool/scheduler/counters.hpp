#pragma once

#include <array>
#include <cstdint>

#include <rankpool/scheduler/command.hpp>

namespace rankpool::scheduler {

inline constexpr std::size_t settlement_count = 7;

/// What happened so far, and what is the case now.
struct Counters {
    std::uint64_t submitted = 0;
    std::array<std::uint64_t, settlement_count> settled{};  ///< by Settlement
    std::uint64_t executions = 0;                           ///< AssignTask commands
    std::uint64_t retries = 0;                              ///< further attempts after an exception or a time limit
    std::uint64_t lost_retries = 0;                         ///< further attempts after the loss of a worker, or a crash
    std::uint64_t revokes = 0;                              ///< RevokeTask commands
    std::uint64_t stolen_back = 0;                          ///< tasks that came back to be run elsewhere
    std::uint64_t copies = 0;                               ///< executions beside one that takes long
    std::uint64_t late_reports = 0;                         ///< reports of executions that were not current

    // Tasks now, by state.
    std::uint64_t waiting = 0;
    std::uint64_t ready = 0;
    std::uint64_t put_off = 0;   ///< those of the ready ones that would not end in the pool's time
    std::uint64_t assigned = 0;  ///< sent to a worker, not known to have started
    std::uint64_t revoking = 0;
    std::uint64_t running = 0;  ///< known to have started
    std::uint64_t suspended = 0;

    std::uint64_t seats = 0;  ///< slots taken by members of wide tasks, rivals, and what is being stopped

    std::uint64_t workers = 0;     ///< that take tasks now
    std::uint64_t free_slots = 0;  ///< of these workers, without a task

    std::uint64_t settled_as(Settlement settlement) const { return settled[static_cast<std::size_t>(settlement)]; }
    friend bool operator==(const Counters&, const Counters&) = default;
};

}  // namespace rankpool::scheduler
