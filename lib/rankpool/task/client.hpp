#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include <rankpool/core/time.hpp>
#include <rankpool/task/state.hpp>
#include <rankpool/task/waitable.hpp>

namespace rankpool {

/// What a future asks of the executor behind it. Shared by the executor and all its futures, so that a future may
/// outlive its executor: the executor settles every state before it goes, and refuses what comes later.
class Client {
  public:
    Client() = default;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Takes a call: `state->call()` and `function`, or `state->local()`. Returns at once, or waits at a declared
    /// bound.
    /// @throws ShutdownError   after shutdown
    /// @throws BrokenExecutor  the executor cannot run tasks any more
    virtual void submit(const StateRef& state, const TaskOptions& options) = 0;

    /// True if tasks run in this process, so that calls need not be packed.
    virtual bool shares_memory() const = 0;

    /// The rank of one of the workers, for data that is spread over them: `i` counts round and round.
    virtual Rank rank_for(std::size_t i) = 0;

    /// True if the task was not started and never will be. May wait for the answer of a worker.
    virtual bool cancel(TaskState& state) = 0;

    /// Asks a running task to end early.
    virtual void request_stop(TaskState& state) = 0;

    /// Asks for a result that a rank keeps; once it is here (TaskState::fetched) or lost, `arrived` is signalled.
    virtual void fetch(TaskState& state, Waitable& arrived) = 0;
    /// Nobody waits with this waitable any more; the result goes on coming.
    virtual void leave_fetch(TaskState& state, Waitable& arrived) = 0;

    /// The last handle of a result that a rank keeps is gone. Called from any thread, with any locks held: it only
    /// takes note.
    virtual void forget(const TaskState& state) = 0;

    /// Blocks this thread until the waitable is ready or the deadline is over; helps to make progress meanwhile.
    /// Returns whether it is ready.
    virtual bool help_until(Waitable& waitable, Instant deadline) = 0;

    /// Waits for news in the background as quickly as a waiting thread would, while more attend than have left.
    virtual void attend(int more) { (void)more; }

    /// A task of this process begins a wait that only `waitable.awaited` can end. Returns what is wrong with it: the
    /// words of a DeadlockError, or nothing.
    virtual std::string begin_wait(std::uint32_t task, std::uint32_t execution, const Waitable& waitable) {
        (void)task, (void)execution, (void)waitable;
        return {};
    }
    /// That wait is over.
    virtual void end_wait(std::uint32_t task, std::uint32_t execution) { (void)task, (void)execution; }

    /// Counts what is submitted from outside of tasks.
    std::uint64_t next_submission() { return submissions_.fetch_add(1, std::memory_order_relaxed); }

    void hold() { references_.fetch_add(1, std::memory_order_relaxed); }
    void drop() {
        if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }

  protected:
    virtual ~Client() = default;

  private:
    std::atomic<std::uint64_t> references_{0};
    std::atomic<std::uint64_t> submissions_{0};
};

/// Owns a share of a client.
template <class T>
class ClientRef {
  public:
    ClientRef() = default;
    explicit ClientRef(T* client) : client_(client) {
        if (client_ != nullptr) client_->hold();
    }
    ClientRef(const ClientRef& other) : ClientRef(other.client_) {}
    ClientRef(ClientRef&& other) noexcept : client_(std::exchange(other.client_, nullptr)) {}
    ClientRef& operator=(ClientRef other) noexcept {
        std::swap(client_, other.client_);
        return *this;
    }
    ~ClientRef() {
        if (client_ != nullptr) client_->drop();
    }
    T* get() const { return client_; }
    T& operator*() const { return *client_; }
    T* operator->() const { return client_; }
    explicit operator bool() const { return client_ != nullptr; }

  private:
    T* client_ = nullptr;
};

}  // namespace rankpool
