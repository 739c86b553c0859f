#pragma once

#include <cstdint>

#include <rankpool/core/time.hpp>

namespace rankpool::scheduler {

/// The bounds of one scheduler, and the numbers it decides with. docs/scheduler_states.md says where they come from.
struct Limits {
    /// Work that should lie ready on a worker while it runs something else: ten round trips over TCP (10-20 us each),
    /// or one over an oversubscribed node.
    Duration queued_work = std::chrono::microseconds(200);
    /// The least of that, however little is ready: one round trip over TCP.
    Duration round_trip = std::chrono::microseconds(20);
    /// Most tasks a worker holds ahead of its slots: 256 records of some 60 bytes fill a few messages.
    std::uint32_t ahead_max = 256;
    /// The same for tasks of functions that were never measured.
    std::uint32_t ahead_unmeasured = 1;
    /// Tasks that take this long are not sent ahead: a round trip is below 1 % of them.
    Duration long_task = std::chrono::milliseconds(5);
    /// The same where order matters more: for tasks whose path is known, and while less than one task per slot is
    /// ready. A round trip costs such tasks 4 %; one that is sent ahead keeps those waiting that others wait for.
    Duration long_task_in_order = std::chrono::microseconds(500);
    /// What a MiB takes from worker to worker until DataMoved tells better: 4 GB/s.
    Duration transfer_of_mebibyte = std::chrono::microseconds(256);
    /// Tasks that would wait for less than this are not taken back: asking costs about as much.
    Duration short_task = std::chrono::microseconds(50);

    /// A speculative task whose function was never measured counts as a straggler after this.
    Duration straggler_unmeasured = std::chrono::seconds(10);

    /// A task that was running when so many workers died is not tried again: three accidents in a row are unlikely.
    std::uint8_t losses_max = 3;

    /// Transitions remembered for story(), 16 bytes each. A power of two.
    std::uint32_t history_records = 8192;

    // Numbers are dense; one above these is a bug of the caller, not a big run.
    std::uint32_t tasks_max = 1U << 28;
    std::uint32_t workers_max = 1U << 24;
    std::uint32_t functions_max = 1U << 20;
    std::uint32_t slots_max = 1U << 15;
    std::uint32_t requests_max = 1U << 20;
    std::uint32_t resources_max = 1U << 10;
    /// Variants of one request.
    std::uint32_t variants_max = 16;
};

}  // namespace rankpool::scheduler
