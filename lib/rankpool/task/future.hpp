#pragma once

#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <rankpool/core/contract.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/core/time.hpp>
#include <rankpool/task/callback.hpp>
#include <rankpool/task/client.hpp>
#include <rankpool/task/codec_std.hpp>
#include <rankpool/task/failure.hpp>
#include <rankpool/task/state.hpp>

namespace rankpool {

namespace detail {

/// Waits until the state is settled. Returns whether it is.
bool wait_settled(TaskState& state, Instant deadline);
/// Throws what a settled state that did not succeed has to throw.
void throw_if_unsuccessful(const TaskState& state);
/// A result that a rank keeps, fetched if it was not here yet. Waits.
/// @throws Error         it is lost
/// @throws TimeoutError  it has not come by the deadline; it goes on coming
StoredRef bring_here(TaskState& state, Instant deadline = Instant::max());
/// The same where there may be nothing to fetch; a loss shows later.
void bring_here_if_any(TaskState& state);
/// The exception of a settled state, or null.
std::exception_ptr exception_of(const TaskState& state);
[[noreturn]] void throw_timeout(const TaskState& state, Duration timeout);

/// Results that can be read where they arrived, without unpacking.
template <class T>
inline constexpr bool is_read_in_place = has_bytes_codec<T> && !std::is_empty_v<T> && alignof(T) <= 8;

}  // namespace detail

/// A result that may not be there yet: a cheap handle whose copies share one state.
///
/// Thread-safe like a shared_ptr: different handles of one state may be used from different threads. Dropping the last
/// handle releases the result; a task that has not ended goes on. All waiting calls may be used inside tasks: the task
/// suspends, and its worker runs other tasks meanwhile.
template <class T>
class Future {
  public:
    using value_type = T;

    /// An invalid handle; only assignment, destruction and valid() may be used.
    Future() = default;
    explicit Future(StateRef state) : state_(std::move(state)) {}

    bool valid() const { return static_cast<bool>(state_); }

    /// Waits for the result. The reference is valid while a handle of this future exists.
    ///
    /// @throws the task's exception (as its own type and as TaskError), CancelledError
    std::add_lvalue_reference_t<const T> result() const& {
        wait();
        return value();
    }
    /// Waits at most `timeout`, for the task's end and for a result that has to come from another rank; a timeout stops
    /// neither.
    ///
    /// @throws TimeoutError  besides what result() throws
    std::add_lvalue_reference_t<const T> result(Duration timeout) const& { return value(wait_for(timeout)); }
    /// The same on a handle that goes away: the value is copied, or moved if it cannot be copied.
    T result() && {
        wait();
        return take();
    }
    T result(Duration timeout) && { return take(wait_for(timeout)); }

    /// Waits for the end of the task; null if it succeeded.
    /// @throws CancelledError  the task was cancelled
    std::exception_ptr exception() const {
        wait();
        if (state_->status() == Status::cancelled) throw CancelledError();
        return detail::exception_of(*state_);
    }
    /// @throws TimeoutError  the task has not ended within `timeout`; it goes on
    std::exception_ptr exception(Duration timeout) const {
        wait_for(timeout);
        return exception();
    }

    /// Finished, failed or cancelled.
    bool done() const { return is_settled(state().status()); }
    /// Known to run now. Tasks of less than some milliseconds may go from pending to done directly.
    bool running() const { return state().status() == Status::running; }
    bool cancelled() const { return state().status() == Status::cancelled; }

    /// Cancels the task if it has not started. True if it is cancelled (now or before); false if it runs or has ended.
    /// Tasks that have it as an argument are cancelled too.
    bool cancel() const {
        if (done()) return cancelled();
        Client* const client = state_->client();
        const bool success = client != nullptr && client->cancel(*state_);
        run_deferred_callbacks();
        return success;
    }
    /// Asks a running task to end early; it sees this_task::stop_requested(). No effect once it has ended.
    void request_stop() const {
        if (!done() && state_->client() != nullptr) state_->client()->request_stop(*state_);
    }

    /// Calls `function(Future<T>)` or `function()` once, when the task ends; at once if it has ended. It runs on the
    /// thread that learns of the end, so it should be short. What it throws is written to stderr and harms nobody.
    template <class F>
    void add_done_callback(F function) const {
        detail::on_settled(state_ref(), [function = std::move(function)](const StateRef& state) mutable {
            if constexpr (std::is_invocable_v<F&, Future<T>>) {
                function(Future<T>(state));
            } else {
                function();
            }
        });
    }

    /// Submits `function(value)` as a task that starts when this one has succeeded; failure and cancellation pass
    /// through to its future. For Future<void>, `function()`.
    template <class F>
    auto then(F&& function) const;

    friend bool operator==(const Future&, const Future&) = default;

    /// For composition: the shared state.
    const StateRef& state_ref() const {
        RANKPOOL_EXPECT(valid());
        return state_;
    }

  private:
    TaskState& state() const { return *state_ref(); }

    void wait() const { detail::wait_settled(state(), Instant::max()); }
    Instant wait_for(Duration timeout) const {
        const Instant deadline = deadline_after(now(), timeout);
        if (!detail::wait_settled(state(), deadline)) detail::throw_timeout(*state_, timeout);
        return deadline;
    }
    T* pointer() const {
        return static_cast<T*>(state_->value([](const Bytes& bytes) -> std::shared_ptr<void> {
            if constexpr (CrossesRanks<T>) {
                ByteReader reader(bytes.view());
                return std::make_shared<T>(decode<T>(reader));
            } else {
                RANKPOOL_ASSERT(CrossesRanks<T>);  // What cannot be packed is kept in memory.
                return nullptr;
            }
        }));
    }
    /// The same for a result that a rank keeps: it stays as long as the state does.
    T* elsewhere(Instant deadline) const {
        if constexpr (CrossesRanks<T>) {
            return const_cast<T*>(detail::bring_here(*state_, deadline)->template get<T>().get());
        } else {
            RANKPOOL_ASSERT(CrossesRanks<T>);
            return nullptr;
        }
    }
    std::add_lvalue_reference_t<const T> value(Instant deadline = Instant::max()) const {
        detail::throw_if_unsuccessful(*state_);
        if constexpr (std::is_void_v<T>) {
            return;
        } else if (state_->is_elsewhere()) {
            return *elsewhere(deadline);
        } else if constexpr (detail::is_read_in_place<T>) {
            // A result of another size is none: unpacking says so.
            const Bytes& outcome = state_->outcome();
            if (outcome.size() == sizeof(T)) return *reinterpret_cast<const T*>(outcome.data());
            return *pointer();
        } else {
            return *pointer();
        }
    }
    T take(Instant deadline = Instant::max()) const {
        if constexpr (std::is_void_v<T>) {
            value();
        } else if constexpr (detail::is_copyable<T>) {
            return value(deadline);
        } else {
            detail::throw_if_unsuccessful(*state_);
            return std::move(state_->is_elsewhere() ? *elsewhere(deadline) : *pointer());
        }
    }

    StateRef state_;
};

}  // namespace rankpool
