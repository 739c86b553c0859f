#include <algorithm>
#include <exception>
#include <iostream>
#include <sched.h>

#include <rankpool/transport/progress.hpp>

namespace rankpool {

using namespace std::chrono_literals;

namespace {

// How often a waiter that is not turning looks again by itself: wake() may come between its look and its sleep.
constexpr Duration look_again = 10ms;
// The background thread's steps: short after news, longer when nothing comes. 1 ms keeps answers to busy peers quick
// at some 0.5 % of a core.
constexpr Duration background_step_min = 200us;
constexpr Duration background_step_max = 2ms;
// How long the background thread goes on after the role was busy: waking it costs a system call.
constexpr Duration background_linger = 50ms;

void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#else
    std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

}  // namespace

Progress::Progress(Role& role, Transport& transport, PaceKind pace) : role_(role), transport_(transport), pace_(pace) {}

Progress::~Progress() { stop_background(); }

bool Progress::wait_until(std::unique_lock<std::mutex>& lock, const std::function<bool()>& ready, Instant deadline) {
    Pace pace(pace_);
    while (!ready()) {
        if (turning_) {
            const Instant start = now();
            if (start >= deadline) return false;
            waiting_.fetch_add(1, std::memory_order_seq_cst);
            if (!ready()) others_.wait_until(lock, std::min(deadline, start + look_again));
            waiting_.fetch_sub(1, std::memory_order_relaxed);
            continue;
        }
        if (turn_until_news(lock, ready, pace, deadline)) {
            pace.reset();
            lock.unlock();
            role_.after_turn();  // Not as the one who turns: what runs here may wait itself.
            lock.lock();
        }
        // Also after news: they may never end.
        if (deadline != Instant::max() && now() >= deadline) return ready();
    }
    return true;
}

bool Progress::turn_until_news(std::unique_lock<std::mutex>& lock, const std::function<bool()>& ready, Pace& pace,
                               Instant deadline) {
    const Turning turning(*this);
    while (!ready()) {
        ++turns_;
        if (role_.turn()) return true;
        if (deadline != Instant::max() && now() >= deadline) return false;
        if (rest(lock, ready, pace, deadline)) return true;
    }
    return false;
}

// Returns whether anything arrived.
bool Progress::rest(std::unique_lock<std::mutex>& lock, const std::function<bool()>& ready, Pace& pace,
                    Instant deadline) {
    switch (pace.next()) {
        case Pace::Step::spin:
            lock.unlock();
            relax();
            lock.lock();
            return false;
        case Pace::Step::yield:
            lock.unlock();
            sched_yield();
            lock.lock();
            return false;
        case Pace::Step::sleep:
            break;
    }
    if (transport_.is_sending()) {  // Large messages move only while somebody looks.
        lock.unlock();
        std::this_thread::sleep_for(50us);
        lock.lock();
        return false;
    }
    transport_.arm();
    if (ready()) {  // Who made it ready may have rung before the doorbell was armed.
        transport_.doorbell().disarm();
        return false;
    }
    // Twice: MPI may look for messages first and fetch them from the network afterwards.
    for (int look = 0; look < 2; ++look) {
        if (role_.turn()) {
            transport_.doorbell().disarm();
            return true;
        }
    }
    Duration sleep = transport_.sleep_max();
    deadline = std::min(deadline, role_.next_deadline());
    if (deadline != Instant::max()) sleep = std::min(sleep, deadline - now());
    asleep_ = true;
    lock.unlock();
    transport_.doorbell().sleep(sleep);
    lock.lock();
    asleep_ = false;
    return false;
}

void Progress::turn_once(std::unique_lock<std::mutex>& lock) {
    if (turning_ && !asleep_) return;
    ++turns_;
    if (!turn()) return;
    lock.unlock();
    role_.after_turn();
    lock.lock();
}

bool Progress::turn() {
    const Turning turning(*this);
    if (!role_.turn()) return false;
    if (asleep_) transport_.doorbell().ring();  // What came may be what the sleeper waits for.
    return true;
}

void Progress::wake() {
    transport_.doorbell().ring();
    if (waiting_.load(std::memory_order_seq_cst) != 0) others_.notify_all();
}

void Progress::start_background() {
    if (!background_.joinable()) background_ = std::thread([this] { run_background(); });
}

void Progress::stop_background() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        background_wakes_.notify_one();
        if (background_.joinable()) wake();  // It may sleep on the doorbell. Later the transport may be gone.
    }
    if (background_.joinable()) background_.join();
}

void Progress::attend_in_background(std::unique_lock<std::mutex>& lock) {
    Pace pace(pace_);
    const auto is_over = [&] { return stopping_ || attending_ <= 0; };
    if (!turn_until_news(lock, is_over, pace, Instant::max())) return;
    lock.unlock();
    role_.after_turn();
    lock.lock();
}

void Progress::run_background() {
    std::unique_lock lock(mutex_);
    Duration step = background_step_min;
    Instant last_busy = now();
    bool has_failed = false;
    while (!stopping_) {
        if (role_.is_busy()) {
            last_busy = now();
        } else if (now() - last_busy > background_linger) {
            background_sleeps_ = true;
            background_wakes_.wait(lock, [&] { return stopping_ || role_.is_busy(); });
            background_sleeps_ = false;
            step = background_step_min;
            continue;
        }
        const std::uint64_t turns_before = turns_;
        if (attending_ <= 0 || turning_) background_wakes_.wait_for(lock, step);
        if (stopping_) return;
        if ((turning_ && !asleep_) || turns_ != turns_before) {  // Somebody else turns: stay out of the way.
            step = background_step_max;
            continue;
        }
        try {
            if (attending_ > 0 && !turning_) {
                attend_in_background(lock);
                continue;
            }
            const bool any = turn();
            step = any ? background_step_min : std::min(2 * step, background_step_max);
            if (any) {
                lock.unlock();
                role_.after_turn();
                lock.lock();
            }
        } catch (const std::exception& error) {
            // It goes on: if the error stays, whoever waits meets it too, and can handle it.
            if (!has_failed) std::cerr << "rankpool: progress in the background failed: " << error.what() << '\n';
            has_failed = true;
            background_wakes_.wait_for(lock, background_step_max);
        }
    }
}

}  // namespace rankpool
