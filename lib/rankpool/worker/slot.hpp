#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include <rankpool/task/call_io.hpp>
#include <rankpool/task/waitable.hpp>
#include <rankpool/worker/runner.hpp>
#include <rankpool/worker/worker.hpp>

namespace rankpool {

/// One thread of a worker: runs one task at a time, and others while that one waits.
class Slot final : public FiberWaiter, public Wakeup {
  public:
    explicit Slot(Worker& worker);
    ~Slot();

    /// Runs tasks until the worker stops and no task waits any more. Call it on the slot's own thread.
    void run();

    /// @throws DeadlockError  the wait could never end
    bool suspend_until(Waitable& waitable, Instant deadline) override;
    void wake(Waitable& waitable) override;

  private:
    // Ready runners hold an ended wait; free ones have nothing to do.
    void loop(Runner& self);
    Runner* next_ready();
    void pass_deadlines();
    bool has_ready();
    Instant next_deadline() const;
    void run_task(std::unique_lock<std::mutex>& lock, HeldTask held);
    void reserve_runner();
    void report(const Worker::Running& running, bool raised, CallResult& result, Duration busy);
    void give_back_free_runner();
    void end_free_runners();

    Worker& worker_;
    RunnerSwitch switch_;
    std::vector<std::unique_ptr<Runner>> runners_;  // all but the thread itself
    std::vector<Runner*> free_;
    std::vector<Runner*> suspended_;
    std::size_t timed_waits_ = 0;  // those of them with a deadline
    std::mutex ready_mutex_;       // guards ready_ and the runners' waits_for and is_queued
    std::deque<Runner*> ready_;
    Worker::Running* running_ = nullptr;  // the task that runs on this thread now
    Duration suspended_time_{};           // of that task
    Instant last_poll_{};
    bool is_ending_ = false;
};

}  // namespace rankpool
