#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <rankpool/core/bytes.hpp>
#include <rankpool/core/ids.hpp>
#include <rankpool/task/failure.hpp>
#include <rankpool/task/object_ref.hpp>
#include <rankpool/task/options.hpp>
#include <rankpool/task/stored_value.hpp>

namespace rankpool {

class Client;
class TaskState;

enum class Status : std::uint8_t { pending, running, succeeded, failed, cancelled };

constexpr bool is_settled(Status status) { return status >= Status::succeeded; }

/// Something that wants to know when a task is settled.
class Watcher {
  public:
    Watcher() = default;
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

  protected:
    virtual ~Watcher() = default;

  private:
    friend class TaskState;
    /// Called once, with the state locked: must be short, must not touch the state's watchers.
    virtual void settled(TaskState& state) = 0;
    Watcher* next_ = nullptr;
};

/// A call in this process's own memory: its function and arguments are kept, not packed.
class LocalCall {
  public:
    virtual ~LocalCall() = default;
    /// Calls the function; keeps its result. Exceptions pass through.
    virtual void run() = 0;
    /// The kept result (null for void); valid after run() returned.
    virtual void* result() = 0;
    /// Appends the kept result in packed form.
    /// @throws ConfigError  its type cannot be packed
    virtual void pack_result(Bytes& bytes) = 0;
};

/// Counts who holds a state; copies share it.
class StateRef {
  public:
    StateRef() = default;
    explicit StateRef(TaskState* state) : state_(state) { hold(); }
    StateRef(const StateRef& other) : state_(other.state_) { hold(); }
    StateRef(StateRef&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    StateRef& operator=(StateRef other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~StateRef() { drop(); }

    TaskState* get() const { return state_; }
    TaskState& operator*() const { return *state_; }
    TaskState* operator->() const { return state_; }
    explicit operator bool() const { return state_ != nullptr; }
    friend bool operator==(const StateRef&, const StateRef&) = default;

  private:
    inline void hold() const;
    inline void drop() const;
    TaskState* state_ = nullptr;
};

/// What becomes of a result that is large.
enum class Keep : std::uint8_t {
    if_large,  ///< it stays on the rank that made it
    never,     ///< it comes with the report: whoever submitted the task wants it in any case
    always,
    everywhere,  ///< and all other workers get it, too
};

/// A result that a rank keeps.
struct KeptElsewhere {
    ObjectRef object;
    StoredRef value = nullptr;  ///< a copy of it, once somebody here has asked for it
    std::string lost = {};      ///< why it cannot be had any more
};

/// What only some tasks have.
struct TaskExtras {
    std::string name;
    std::string key;
    std::vector<StateRef> inputs;  ///< the futures among its arguments, in order
    std::unique_ptr<KeptElsewhere> elsewhere;
};

/// What all handles of one future share: first the call, later its outcome.
///
/// `call`, `extras`, `task` and `origin_token` belong to the client (under its lock) until the state is settled. The
/// outcome is written once, by settle(), and never changes afterwards.
class TaskState {
  public:
    /// The client is kept alive as long as the state lives; null for futures that were born settled.
    explicit TaskState(Client* client);
    TaskState(const TaskState&) = delete;
    TaskState& operator=(const TaskState&) = delete;

    Status status() const { return status_.load(std::memory_order_acquire); }
    Client* client() const { return client_; }

    void mark_running() { status_.store(Status::running, std::memory_order_release); }

    /// Settles with a result in packed form (empty when `local` holds the value). Watchers are told.
    void succeed(Bytes result);
    /// Settles with a result that a rank keeps. The client is told when no handle is left.
    void succeed_elsewhere(const ObjectRef& object);
    /// Settles with a value in this process's memory.
    void succeed_with(std::shared_ptr<void> value);
    void fail(const Failure& failure);
    /// Settles with a failure that is packed already.
    void fail_packed(Bytes failure);
    void cancel();

    /// True if a rank keeps the result. Only once settled.
    bool is_elsewhere() const { return extras_ && extras_->elsewhere; }
    /// Which; only if it is so.
    const ObjectRef& object() const { return extras_->elsewhere->object; }
    /// What has been fetched of it, or null.
    /// @throws Error  it is lost
    StoredRef fetched();
    /// True if nothing is left to wait for: it has been fetched, or is lost.
    bool is_fetched();
    /// It has been fetched.
    void arrive(StoredRef value);
    /// It cannot be fetched; `why` is what follows "the result 'name' (8 bytes, kept on rank 3) is lost: ".
    void lose(const std::string& why);
    /// A further handle, unless the last one is just being dropped. For those who know the state is not deleted yet.
    bool try_hold();
    /// Gives back what try_hold() took, while there are other handles.
    void let_go() { references_.fetch_sub(1, std::memory_order_acq_rel); }

    /// The packed result (empty if the value is in memory), or the packed failure. Only once settled.
    const Bytes& outcome() const { return bytes_; }
    /// Appends the result in packed form, wherever it is. Only with status succeeded.
    /// @throws ConfigError  it is in memory, and its type cannot be packed
    void append_result(Bytes& bytes) const;
    /// The same as an input of a call: after its size in 64 bits (see CallReader).
    void append_input(Bytes& inputs) const;
    /// The failure. Only with status failed.
    Failure failure() const;
    /// The value, unpacked on first use by `unpack(const Bytes&) -> std::shared_ptr<void>`. Only with status succeeded.
    template <class Unpack>
    void* value(Unpack unpack) {
        lock();
        try {
            if (!value_) value_ = unpack(static_cast<const Bytes&>(bytes_));
        } catch (...) {
            unlock();
            throw;
        }
        void* const found = keeps_call_ ? static_cast<LocalCall*>(value_.get())->result() : value_.get();
        unlock();
        return found;
    }

    /// Adds a watcher; false if the state is settled already (and the watcher will not be called).
    bool watch(Watcher& watcher);
    /// Takes a watcher away. Afterwards it will not be called.
    void unwatch(Watcher& watcher);

    // For the client.
    Bytes& call() { return bytes_; }
    std::shared_ptr<void>& local() { return value_; }
    TaskExtras& extras();
    const TaskExtras* extras_if_any() const { return extras_.get(); }
    TaskId task;                     ///< its number at the scheduler, while it has one
    std::uint32_t origin_token = 0;  ///< its number at the rank that submitted it
    Rank origin = -1;                ///< the rank that submitted it; -1: this process
    FunctionId function;
    std::uint16_t level = 0;
    Keep keep = Keep::if_large;
    std::int32_t priority = 0;
    std::uint64_t stream = 0;  ///< of its random numbers

  private:
    friend class StateRef;
    ~TaskState();
    void settle(Status status, std::unique_ptr<TaskExtras> extras = nullptr);
    void lock();
    void unlock() { locked_.store(false, std::memory_order_release); }

    std::atomic<std::uint32_t> references_{0};
    std::atomic<Status> status_{Status::pending};
    std::atomic<bool> locked_{false};
    bool keeps_call_ = false;  // value_ is still the local call, which keeps the result
    Client* client_;
    Watcher* watchers_ = nullptr;
    std::shared_ptr<void> value_;  // the local call until settled, then the value
    std::unique_ptr<TaskExtras> extras_;
    Bytes bytes_;  // the packed call until settled, then the packed outcome
};

void StateRef::hold() const {
    if (state_ != nullptr) state_->references_.fetch_add(1, std::memory_order_relaxed);
}
void StateRef::drop() const {
    if (state_ != nullptr && state_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete state_;
}

}  // namespace rankpool
