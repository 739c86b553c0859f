#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include <rankpool/core/time.hpp>
#include <rankpool/transport/pace.hpp>
#include <rankpool/transport/transport.hpp>

namespace rankpool {

/// Who turns the crank of a rank, and when: whoever waits, helps.
///
/// One lock guards the transport and the role (coordinator or worker) that uses it. A thread that waits takes the lock
/// and turns the crank itself, so there is no thread switch between an answer and the one who waits for it. A
/// background thread turns it now and then while nobody waits but there is something to do.
class Progress {
  public:
    /// What a role provides. Called with the lock held.
    class Role {
      public:
        /// Receives and handles what has arrived, sends what is due. True if anything arrived.
        virtual bool turn() = 0;
        /// True while the crank has to be turned although nobody waits.
        virtual bool is_busy() const = 0;
        /// When to turn the crank again without news, at the latest.
        virtual Instant next_deadline() const { return Instant::max(); }
        /// Work to do without the lock (callbacks of users).
        virtual void after_turn() {}

      protected:
        ~Role() = default;
    };

    /// `transport` is the one whose doorbell everybody rings; it and `role` outlive the progress.
    Progress(Role& role, Transport& transport, PaceKind pace);
    ~Progress();

    std::mutex& mutex() { return mutex_; }

    /// Turns the crank until `ready()` (called with the lock held) or the deadline; returns ready(). `lock` is held
    /// before and after, and released in between.
    bool wait_until(std::unique_lock<std::mutex>& lock, const std::function<bool()>& ready, Instant deadline);

    /// Turns once, if nobody else does.
    void turn_once(std::unique_lock<std::mutex>& lock);

    /// Wakes all who wait so that they look at their conditions again. From any thread, lock held or not.
    void wake();

    /// Starts the background thread (it sleeps while the role is not busy).
    void start_background();
    /// Tells the background thread that the role became busy. Lock held.
    void became_busy() {
        if (background_sleeps_) background_wakes_.notify_one();
    }
    /// The same from any thread, lock held or not; the role's is_busy() says so already.
    void nudge() {
        transport_.doorbell().ring();
        background_wakes_.notify_one();
    }
    /// While more attend than have left, the background thread waits for news as a thread that waits does, with no
    /// pause between its looks: somebody waits who cannot turn the crank, such as an event loop. Lock held.
    void attend(int more) {
        attending_ += more;
        if (attending_ > 0) background_wakes_.notify_one();
    }
    /// Ends the background thread. Lock not held.
    void stop_background();

  private:
    // While it lives, this thread is the one that turns.
    class Turning {
      public:
        explicit Turning(Progress& progress) : progress_(progress), before_(progress.turning_) {
            progress_.turning_ = true;
        }
        ~Turning() {
            progress_.turning_ = before_;
            progress_.notify_others();
        }
        Turning(const Turning&) = delete;
        Turning& operator=(const Turning&) = delete;

      private:
        Progress& progress_;
        bool before_;  // true while another thread that turns is asleep
    };

    bool turn();
    void notify_others() {
        if (waiting_.load(std::memory_order_relaxed) != 0) others_.notify_all();
    }
    bool turn_until_news(std::unique_lock<std::mutex>& lock, const std::function<bool()>& ready, Pace& pace,
                         Instant deadline);
    bool rest(std::unique_lock<std::mutex>& lock, const std::function<bool()>& ready, Pace& pace, Instant deadline);
    void run_background();
    void attend_in_background(std::unique_lock<std::mutex>& lock);

    Role& role_;
    Transport& transport_;
    PaceKind pace_;
    std::mutex mutex_;
    std::condition_variable others_;  // threads that wait while another one turns
    std::atomic<int> waiting_{0};
    bool turning_ = false;
    bool asleep_ = false;  // the one who turns sleeps on the doorbell, without the lock: others may turn meanwhile
    std::uint64_t turns_ = 0;
    std::condition_variable background_wakes_;
    bool background_sleeps_ = false;
    int attending_ = 0;
    bool stopping_ = false;
    std::thread background_;
};

}  // namespace rankpool
