#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <rankpool/core/contract.hpp>
#include <rankpool/task/coroutine_loop.hpp>
#include <rankpool/task/future.hpp>

namespace rankpool {

template <class T>
class Async;

namespace detail {

/// What all coroutines of ours have, whatever they return.
struct AsyncPromiseBase {
    std::shared_ptr<CoroutineLoop> loop = CoroutineLoop::here();
    std::coroutine_handle<> awaited_by;
    FutureWait* waits_for = nullptr;  // or
    AsyncPromiseBase* awaits = nullptr;
    std::exception_ptr exception;

    std::suspend_never initial_suspend() noexcept { return {}; }
    void unhandled_exception() { exception = std::current_exception(); }
    struct Final {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        void await_suspend(std::coroutine_handle<Promise> self) noexcept {
            // At the loop's next turn: however many await each other, the stack does not grow.
            if (self.promise().awaited_by) self.promise().loop->post(self.promise().awaited_by);
        }
        void await_resume() noexcept {}
    };
    Final final_suspend() noexcept { return {}; }

    /// The future that stands in the way.
    const StateRef* obstacle() const {
        const AsyncPromiseBase* innermost = this;
        while (innermost->awaits != nullptr) innermost = innermost->awaits;
        return innermost->waits_for != nullptr ? &innermost->waits_for->state() : nullptr;
    }
};

template <class T>
struct AsyncPromise : AsyncPromiseBase {
    std::optional<T> value;
    Async<T> get_return_object();
    template <class U>
    void return_value(U&& given) {
        value.emplace(std::forward<U>(given));
    }
    T take() {
        if (exception) std::rethrow_exception(exception);
        return std::move(*value);
    }
};
template <>
struct AsyncPromise<void> : AsyncPromiseBase {
    inline Async<void> get_return_object();
    void return_void() {}
    void take() const {
        if (exception) std::rethrow_exception(exception);
    }
};

/// Waits for a future in a coroutine: ours resumes in its loop, another library's like a done callback.
template <class T, bool is_temporary>
class FutureAwaiter {
  public:
    explicit FutureAwaiter(const Future<T>& future) : future_(future), wait_(future.state_ref()) {}

    bool await_ready() const { return wait_.is_over(); }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> coroutine) {
        if constexpr (std::is_base_of_v<AsyncPromiseBase, Promise>) {
            AsyncPromiseBase& promise = coroutine.promise();
            if (!wait_.start(promise.loop, coroutine)) return false;
            promise_ = &promise;
            promise.waits_for = &wait_;
        } else {
            on_settled(StateRef(future_.state_ref()), [coroutine](const StateRef&) { coroutine.resume(); });
        }
        return true;
    }
    decltype(auto) await_resume() {
        wait_.end();
        if (promise_ != nullptr) promise_->waits_for = nullptr;
        if constexpr (is_temporary) {
            return std::move(future_).result();
        } else {
            return std::as_const(future_).result();
        }
    }

  private:
    Future<T> future_;
    FutureWait wait_;
    AsyncPromiseBase* promise_ = nullptr;
};

template <class T>
class AsyncAwaiter {
  public:
    explicit AsyncAwaiter(AsyncPromise<T>& awaited) : awaited_(awaited) {}

    bool await_ready() const { return std::coroutine_handle<AsyncPromise<T>>::from_promise(awaited_).done(); }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) {
        static_assert(
            std::is_base_of_v<AsyncPromiseBase, Promise>,
            "rankpool: only a coroutine that returns an Async can await one; futures can be awaited anywhere");
        RANKPOOL_EXPECT(awaited_.loop == coroutine.promise().loop && "an Async stays with the task or thread it is of");
        RANKPOOL_EXPECT(!awaited_.awaited_by);
        awaited_.awaited_by = coroutine;
        awaiting_ = &coroutine.promise();
        awaiting_->awaits = &awaited_;
    }
    T await_resume() {
        if (awaiting_ != nullptr) awaiting_->awaits = nullptr;
        return awaited_.take();
    }

  private:
    AsyncPromise<T>& awaited_;
    AsyncPromiseBase* awaiting_ = nullptr;
};

}  // namespace detail

/// What a coroutine of a driver or a task returns: `Async<double> solve(Executor& pool) { … co_await future … }`.
///
/// It runs at once, up to its first wait. It goes on whenever its thread (or its task) waits in result() of any Async:
/// no other thread resumes it, and waiting inside of tasks suspends the task. A driver, and a function that is
/// submitted, may be such a coroutine. Dropping an Async destroys the coroutine where it waits; tasks it submitted go
/// on.
template <class T = void>
class [[nodiscard]] Async {
  public:
    using value_type = T;
    using promise_type = detail::AsyncPromise<T>;

    Async(Async&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Async& operator=(Async&& other) noexcept {
        std::swap(coroutine_, other.coroutine_);
        return *this;
    }
    ~Async() {
        if (!coroutine_) return;
        coroutine_.promise().loop->forget(coroutine_);
        coroutine_.destroy();
    }

    bool done() const { return coroutine_.done(); }

    /// Runs this thread's (or task's) coroutines until this one ends. Its value can be taken once.
    /// @throws what the coroutine lets pass: exceptions of tasks, CancelledError, its own
    T result() {
        RANKPOOL_EXPECT(coroutine_ && "an Async that was moved away");
        RANKPOOL_EXPECT(coroutine_.promise().loop == detail::CoroutineLoop::here());
        coroutine_.promise().loop->run_until_done(coroutine_);
        return coroutine_.promise().take();
    }
    /// Cancels the future that the coroutine waits for now, which then throws CancelledError there. False if it does
    /// not wait, or the task of that future has started.
    bool cancel() {
        const StateRef* const obstacle = done() ? nullptr : coroutine_.promise().obstacle();
        return obstacle != nullptr && Future<void>(*obstacle).cancel();
    }

    auto operator co_await() { return detail::AsyncAwaiter<T>(coroutine_.promise()); }

  private:
    friend promise_type;
    explicit Async(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
    std::coroutine_handle<promise_type> coroutine_;
};

template <class T>
auto operator co_await(const Future<T>& future) {
    return detail::FutureAwaiter<T, false>(future);
}
template <class T>
auto operator co_await(Future<T>&& future) {
    return detail::FutureAwaiter<T, true>(future);
}

namespace detail {

template <class T>
Async<T> AsyncPromise<T>::get_return_object() {
    return Async<T>(std::coroutine_handle<AsyncPromise>::from_promise(*this));
}
Async<void> AsyncPromise<void>::get_return_object() {
    return Async<void>(std::coroutine_handle<AsyncPromise>::from_promise(*this));
}

}  // namespace detail
}  // namespace rankpool
