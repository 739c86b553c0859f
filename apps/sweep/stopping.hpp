#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <string>

#include <rankpool/core/time.hpp>

namespace rankpool::sweep {

/// What commands took lately. Thread-safe.
class RecentDurations {
  public:
    void learn(Duration duration);
    /// What most of them took: the second longest of the last ones, so that one straggler does not count. 0 at first.
    Duration expected() const;

  private:
    mutable std::mutex mutex_;
    std::array<Duration, 64> recent_{};
    std::size_t learnt_ = 0;
};

/// Decides when to start no more commands because the time of the job ends, from what the commands took so far.
class TimeBudget {
  public:
    /// @param deadline  when all must be over; Instant::max() if nothing is known
    /// @param reserve   kept free at the end: for ending what still runs, and for writing the table
    TimeBudget(Instant deadline, Duration reserve) : deadline_(deadline), reserve_(reserve) {}

    void learn(Duration duration) { durations_.learn(duration); }
    /// Whether a command started now would probably still end.
    bool fits(Instant now) const { return deadline_ == Instant::max() || now + durations_.expected() < last_moment(); }
    /// When commands that still run have to be ended.
    Instant last_moment() const { return deadline_ == Instant::max() ? deadline_ : deadline_ - reserve_; }

  private:
    Instant deadline_;
    Duration reserve_;
    RecentDurations durations_;
};

/// Signals that ask a sweep to end, noted for the loop to see. One at a time.
///
/// SIGINT and SIGTERM: somebody or the batch system wants it to end now. SIGUSR1: the batch system warns that the time
/// is nearly over.
class SignalWatch {
  public:
    SignalWatch();
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

    /// The first that came of SIGINT and SIGTERM; 0: none.
    static int ending();
    static bool has_warned();
};

}  // namespace rankpool::sweep
