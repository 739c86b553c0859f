#pragma once

#include <atomic>
#include <cstddef>

#include <rankpool/core/time.hpp>

namespace rankpool {

class Client;
class StateRef;
class Waitable;

/// Wakes whoever sleeps until a waitable is ready. Called from any thread, with a task's state locked.
class Wakeup {
  public:
    virtual void wake(Waitable& waitable) = 0;

  protected:
    ~Wakeup() = default;
};

/// One thing that one thread or fiber waits for.
class Waitable {
  public:
    bool is_ready() const { return ready_.load(std::memory_order_acquire); }

    /// Makes it ready, for good, and wakes the one who waits.
    void signal() {
        Wakeup* const wakeup = wakeup_.load(std::memory_order_acquire);
        ready_.store(true, std::memory_order_seq_cst);
        // The waiter stores its wakeup before it looks at ready_, so one of the two sees the other.
        Wakeup* const later = wakeup_.load(std::memory_order_seq_cst);
        if (Wakeup* const found = later != nullptr ? later : wakeup) found->wake(*this);
    }
    /// Says whom to wake; to be called before the last look at is_ready().
    void wake_by(Wakeup* wakeup) { wakeup_.store(wakeup, std::memory_order_seq_cst); }

    void* owner = nullptr;  ///< for the wakeup: which fiber waits
    /// What it waits for, one of these, if that is known: circles of waits are found with it. Valid during the wait.
    const StateRef* awaited = nullptr;
    std::size_t awaited_count = 0;
    /// With more, nobody looks.
    static constexpr std::size_t awaited_max = 8;

  private:
    std::atomic<bool> ready_{false};
    std::atomic<Wakeup*> wakeup_{nullptr};
};

/// Where waiting suspends instead of blocking: set on threads that run tasks as fibers.
class FiberWaiter {
  public:
    /// Lets other tasks run on this thread until the waitable is ready or the deadline is over.
    virtual bool suspend_until(Waitable& waitable, Instant deadline) = 0;

    /// The one of this thread; null on threads that run no tasks.
    static FiberWaiter*& current();

  protected:
    ~FiberWaiter() = default;
};

/// Waits in whichever way fits the caller: a task suspends, a thread helps its executor.
/// Returns whether the waitable is ready.
bool wait_until_ready(Client* client, Waitable& waitable, Instant deadline);

/// Runs the callbacks of futures that this thread has settled. To be called with no lock held.
void run_deferred_callbacks();

}  // namespace rankpool
