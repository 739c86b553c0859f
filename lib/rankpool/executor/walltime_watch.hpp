#pragma once

#include <functional>
#include <thread>

#include <rankpool/core/time.hpp>

namespace rankpool {

/// What a run knows of the end of its job.
struct JobEnd {
    Instant stop_starting = Instant::max();  ///< what would not end before is not started
    Instant leave = Instant::max();          ///< what still runs then is asked to stop

    /// @param left  until the batch system ends the job: a part is kept for leaving in order
    static JobEnd in(Duration left, Instant now);
};

/// Listens, on rank 0, to the warning that batch systems send before the walltime (SIGUSR1); on other ranks lets it
/// pass. Does nothing if the program handles the signal itself. One at a time.
///
/// Where the end is known, the first warning changes nothing: it may come minutes early, and the clock knows better.
/// Where it is not, or at a second warning, `stop_starting()` is called, once, on a thread of this watch.
class WalltimeWatch {
  public:
    WalltimeWatch(bool listens, const JobEnd& end, std::function<void()> stop_starting);
    ~WalltimeWatch();
    WalltimeWatch(const WalltimeWatch&) = delete;
    WalltimeWatch& operator=(const WalltimeWatch&) = delete;

    /// Whether a warning has come. For signal handlers, too.
    static bool has_warned();

  private:
    void listen();

    JobEnd end_;
    std::function<void()> stop_starting_;
    bool is_installed_ = false;
    std::thread listener_;
};

}  // namespace rankpool
