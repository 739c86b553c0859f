#pragma once

/// Futures in a Boost.Asio event loop: one thread waits for thousands of them, and for timers, sockets and signals.
///
/// Needs Boost 1.74 or newer; nothing else of rankpool includes Asio. The completion's signature is
/// `void(std::exception_ptr, T)` (`void(std::exception_ptr)` without a result): any completion token works, and tokens
/// like boost::asio::use_awaitable and use_future throw the task's exception. A result whose type has no default
/// constructor arrives in a std::optional.

#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/system_executor.hpp>

#include <rankpool/executor/executor.hpp>

namespace rankpool {
namespace detail {

template <class T>
struct Completion {
    using Value = std::conditional_t<std::is_default_constructible_v<T>, T, std::optional<T>>;
    using Signature = void(std::exception_ptr, Value);
    static std::tuple<std::exception_ptr, Value> of(const Future<T>& done) {
        try {
            return {nullptr, Value(Future<T>(done).result())};
        } catch (...) {
            return {std::current_exception(), Value()};
        }
    }
};
template <>
struct Completion<void> {
    using Signature = void(std::exception_ptr);
    static std::tuple<std::exception_ptr> of(const Future<void>& done) {
        try {
            done.result();
            return {nullptr};
        } catch (...) {
            return {std::current_exception()};
        }
    }
};

/// What is posted to the handler's executor once the future is done.
template <class T, class Handler>
struct CompleteHandler {
    Handler handler;
    Future<T> done;
    void operator()() {
        std::apply([&](auto&&... outcome) { std::move(handler)(std::forward<decltype(outcome)>(outcome)...); },
                   Completion<T>::of(std::exchange(done, {})));
    }
};

/// An event loop waits, which cannot help the executor to make progress.
class Attention {
  public:
    explicit Attention(Client* client) : client_(client) { client_->attend(1); }
    Attention(Attention&& other) noexcept = default;
    Attention& operator=(Attention&& other) noexcept = default;
    ~Attention() {
        if (client_) client_->attend(-1);
    }

  private:
    ClientRef<Client> client_;
};

/// Hands a handler over when the future is done. Keeps the handler's executor from running out of work meanwhile.
template <class T, class Handler>
void complete_when_done(const Future<T>& future, Handler handler) {
    namespace asio = boost::asio;
    const auto executor = asio::get_associated_executor(handler, asio::system_executor());
    auto work = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    std::optional<Attention> attention;
    if (!future.done() && future.state_ref()->client() != nullptr) attention.emplace(future.state_ref()->client());
    on_settled(future.state_ref(), [attention = std::move(attention), work = std::move(work),
                                    handler = std::move(handler)](const StateRef& state) mutable {
        asio::post(work, CompleteHandler<T, Handler>{std::move(handler), Future<T>(state)});
    });
}

/// How a call is kept until it is submitted: lazy tokens do that later, and perhaps never.
template <class T>
struct WaitInitiation {
    Future<T> future;
    template <class Handler>
    void operator()(Handler&& handler) {
        complete_when_done(future, std::forward<Handler>(handler));
    }
};
template <class Pool, class F, class... A>
struct SubmitInitiation {
    Pool* pool;
    TaskOptions options;
    F function;
    std::tuple<A...> arguments;
    using R = task_result_t<F, A...>;

    template <class Handler>
    void operator()(Handler&& handler) {
        auto future = std::apply(
            [&](A&... argument) { return pool->submit(options, std::move(function), std::move(argument)...); },
            arguments);
        complete_when_done(future, std::forward<Handler>(handler));
    }
};

}  // namespace detail

/// Completes the token when the future is done. The handler runs on its associated executor (bind_executor() gives it
/// one; else Asio's system executor), which does not run out of work meanwhile.
///
/// A token that completes by being dropped (an io_context that ends) leaves the task alone.
template <class T, class Token>
auto async_wait(Future<T> future, Token&& token) {
    return boost::asio::async_initiate<Token, typename detail::Completion<T>::Signature>(
        detail::WaitInitiation<T>{std::move(future)}, token);
}

/// Submits `function(arguments…)`, and completes the token with what it returns; see Executor::submit() and
/// async_wait(). The pool outlives the call.
///
/// @throws what submit() throws; with a lazy token (use_awaitable, deferred) when it is started
template <class Pool, class Token, class F, class... A>
requires std::derived_from<Pool, Executor> && detail::NotOptions<F>
auto async_submit(Pool& pool, const TaskOptions& options, Token&& token, F&& function, A&&... arguments) {
    using Initiation = detail::SubmitInitiation<Pool, std::decay_t<F>, std::decay_t<A>...>;
    return boost::asio::async_initiate<Token, typename detail::Completion<typename Initiation::R>::Signature>(
        Initiation{&pool, options, std::forward<F>(function), {std::forward<A>(arguments)...}}, token);
}
template <class Pool, class Token, class F, class... A>
requires std::derived_from<Pool, Executor> && detail::NotOptions<Token> && detail::NotOptions<F>
auto async_submit(Pool& pool, Token&& token, F&& function, A&&... arguments) {
    return async_submit(pool, TaskOptions{}, std::forward<Token>(token), std::forward<F>(function),
                        std::forward<A>(arguments)...);
}

namespace detail {

/// What Executor::async_submit() comes down to: `… , token` with the token last, as Asio has it.
template <class Pool>
struct AsyncSubmission {
    template <class... All>
    static auto submit(Pool& pool, const TaskOptions& options, All&&... all) {
        constexpr std::size_t last = sizeof...(All) - 1;
        return [&]<std::size_t... i>(std::index_sequence<i...>, auto&& parts) {
            return rankpool::async_submit(pool, options, std::get<last>(std::move(parts)),
                                          std::get<i>(std::move(parts))...);
        }
        (std::make_index_sequence<last>(), std::forward_as_tuple(std::forward<All>(all)...));
    }
};

}  // namespace detail
}  // namespace rankpool
