#pragma once

#include <array>
#include <cstddef>
#include <string>

#include <rankpool/core/time.hpp>

namespace rankpool::sweep {

/// Decides when to start no more commands because the time of the job ends, from what the commands took so far.
class TimeBudget {
  public:
    /// @param deadline  when all must be over; Instant::max() if nothing is known
    /// @param reserve   kept free at the end: for ending what still runs, and for writing the table
    TimeBudget(Instant deadline, Duration reserve) : deadline_(deadline), reserve_(reserve) {}

    void learn(Duration duration);
    /// Whether a command started now would probably still end.
    bool fits(Instant now) const;
    /// When commands that still run have to be ended.
    Instant last_moment() const { return deadline_ == Instant::max() ? deadline_ : deadline_ - reserve_; }
    Instant deadline() const { return deadline_; }

  private:
    /// What most commands take: the second longest of the last ones, so that one straggler does not count.
    Duration expected() const;

    Instant deadline_;
    Duration reserve_;
    std::array<Duration, 64> recent_{};
    std::size_t learnt_ = 0;
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
