#pragma once

#include <cstddef>
#include <cstdint>

#include <rankpool/core/time.hpp>

namespace rankpool::simulation {

/// Bytes that this process has from its allocator (glibc: mallinfo2), or 0 where nobody can tell.
std::size_t allocated_bytes();

/// Most memory that this process ever had resident.
std::size_t peak_resident_bytes();

/// Real time and memory that the scheduler takes, without those of the virtual cluster around it.
///
/// The cluster collects what it tells the scheduler and calls it for dozens of events in a row. The clock is read once
/// before and once after such a row, and what reading it twice takes is taken off again. Memory is looked at in the
/// same way, in rows that submit tasks only. A row in which other processes took the core counts like an average one:
/// rows that take strangely long are looked at more closely. What the cluster does to the caches stays in: a real
/// coordinator handles messages between the calls, too.
class Meter {
  public:
    Meter();

    void begin() { begin_ = now(); }
    /// Returns the time, for whoever else wants it.
    Instant end(std::uint64_t event_count) {
        const Instant end = now();
        Duration row = end - begin_ - clock_cost_;
        if (row > strange_row + strange_event * static_cast<Duration::rep>(event_count))
            row = checked(row, event_count);
        time_ += row;
        events_ += event_count;
        return end;
    }
    void begin_submitting() {
        bytes_before_ = allocated_bytes();
        begin();
    }
    Instant end_submitting(std::uint64_t event_count) {
        const Instant end_time = end(event_count);
        bytes_ += static_cast<std::ptrdiff_t>(allocated_bytes()) - static_cast<std::ptrdiff_t>(bytes_before_);
        return end_time;
    }

    Duration time() const { return time_; }
    std::uint64_t events() const { return events_; }
    /// What submitting tasks has added.
    std::ptrdiff_t bytes() const { return bytes_; }

  private:
    // A hundred times what is usual.
    static constexpr Duration strange_row = std::chrono::microseconds(20);
    static constexpr Duration strange_event = std::chrono::microseconds(5);

    Duration checked(Duration row, std::uint64_t event_count);

    long interruptions_ = 0;
    Duration clock_cost_;
    Instant begin_{};
    Duration time_{};
    std::uint64_t events_ = 0;
    std::size_t bytes_before_ = 0;
    std::ptrdiff_t bytes_ = 0;
};

}  // namespace rankpool::simulation
