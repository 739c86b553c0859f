#pragma once

#include <coroutine>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

#include <rankpool/core/time.hpp>
#include <rankpool/task/state.hpp>
#include <rankpool/task/waitable.hpp>

namespace rankpool::detail {

class FutureWait;

/// Resumes the coroutines that one thread, or one task, has started: one at a time, and only while that thread or task
/// waits in Async::result(). So coroutines need no locks among themselves.
class CoroutineLoop {
  public:
    CoroutineLoop() = default;
    CoroutineLoop(const CoroutineLoop&) = delete;
    CoroutineLoop& operator=(const CoroutineLoop&) = delete;

    /// That of the task that runs here, or of this thread.
    static std::shared_ptr<CoroutineLoop> here();

    /// Lets a coroutine go on at the next turn. From any thread; what happens then belongs to the loop's own.
    void post(std::coroutine_handle<> coroutine);
    /// Forgets a coroutine that is going to be destroyed.
    void forget(std::coroutine_handle<> coroutine);
    /// Resumes coroutines until this one is done; waits for futures as any wait does.
    void run_until_done(std::coroutine_handle<> coroutine);

  private:
    friend class FutureWait;
    std::coroutine_handle<> take();
    void wait_for_news();

    std::mutex mutex_;  // guards the two below
    std::deque<std::coroutine_handle<>> ready_;
    Waitable* waitable_ = nullptr;
    FutureWait* waits_ = nullptr;  // a doubly linked list
};

/// A coroutine's wait for a future; it may be destroyed at any time by the loop's own thread.
class FutureWait final : private Watcher {
  public:
    explicit FutureWait(StateRef state) : state_(std::move(state)) {}
    ~FutureWait() override;

    const StateRef& state() const { return state_; }
    bool is_over() const { return is_settled(state_->status()); }
    /// False if it is over already, and the coroutine goes on at once.
    bool start(const std::shared_ptr<CoroutineLoop>& loop, std::coroutine_handle<> coroutine);
    void end();

  private:
    friend class CoroutineLoop;
    void settled(TaskState& state) override;

    StateRef state_;
    std::shared_ptr<CoroutineLoop> loop_;  // null while it does not wait
    std::coroutine_handle<> coroutine_;
    FutureWait* next_wait_ = nullptr;
    FutureWait* previous_wait_ = nullptr;
};

}  // namespace rankpool::detail
