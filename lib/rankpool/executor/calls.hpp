#pragma once

#include <concepts>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include <rankpool/executor/actor.hpp>
#include <rankpool/executor/map.hpp>
#include <rankpool/executor/reduce.hpp>
#include <rankpool/task/submit.hpp>

namespace rankpool {

class Executor;

namespace detail {

template <class Pool>
struct AsyncSubmission;  // <rankpool/asio.hpp>

template <class F>
concept NotOptions =
    !std::is_same_v<std::remove_cvref_t<F>, TaskOptions> && !std::is_same_v<std::remove_cvref_t<F>, MapOptions> &&
    !std::is_same_v<std::remove_cvref_t<F>, ReduceOptions>;

template <class...>
inline constexpr bool first_is_options = false;
template <class First, class... Rest>
inline constexpr bool first_is_options<First, Rest...> = !NotOptions<First>;

/// What a task does that only keeps its argument.
struct Same {
    template <class T>
    T operator()(T value) const {
        return value;
    }
};

/// The calls that take functions, for an executor `Self` with `client()` and `slots()`. With Crossing::required (the
/// portable ones of Executor) functions, arguments and results must be able to cross ranks; otherwise nothing is asked.
template <class Self, Crossing crossing>
class Calls {
  public:
    /// Submits `function(arguments…)` and returns at once.
    ///
    /// Arguments are copied (or moved in). A Future among them, or a std::vector of futures, stands for its result: the
    /// task starts when it is there. A const char* or view is kept as the text or items it shows.
    /// @throws ShutdownError   after shutdown()
    /// @throws BrokenExecutor  the pool cannot run tasks any more
    template <NotOptions F, class... A>
    auto submit(F&& function, A&&... arguments) {
        return submit_task<crossing>(self().client(), TaskOptions{}, std::forward<F>(function),
                                     std::forward<A>(arguments)...);
    }
    template <NotOptions F, class... A>
    auto submit(const TaskOptions& options, F&& function, A&&... arguments) {
        return submit_task<crossing>(self().client(), options, std::forward<F>(function),
                                     std::forward<A>(arguments)...);
    }
    /// The same for a function known at compile time.
    template <auto function, class... A>
    requires(!first_is_options<A...>) auto submit(A&&... arguments) {
        return submit_task<crossing>(self().client(), TaskOptions{}, ConstantFunction<function>{},
                                     std::forward<A>(arguments)...);
    }
    template <auto function, class... A>
    auto submit(const TaskOptions& options, A&&... arguments) {
        return submit_task<crossing>(self().client(), options, ConstantFunction<function>{},
                                     std::forward<A>(arguments)...);
    }

    /// `async_submit(function, arguments…, token)`: as submit(), with a completion token of Boost.Asio instead of a
    /// future. Programs that call it include <rankpool/asio.hpp>.
    template <NotOptions F, class... Rest>
    requires(sizeof...(Rest) >= 1) auto async_submit(F&& function, Rest&&... arguments_and_token) {
        return AsyncSubmission<Self>::submit(self(), TaskOptions{}, std::forward<F>(function),
                                             std::forward<Rest>(arguments_and_token)...);
    }
    template <NotOptions F, class... Rest>
    requires(sizeof...(Rest) >= 1) auto async_submit(const TaskOptions& options, F&& function,
                                                     Rest&&... arguments_and_token) {
        return AsyncSubmission<Self>::submit(self(), options, std::forward<F>(function),
                                             std::forward<Rest>(arguments_and_token)...);
    }

    /// Calls `function` for each item (with several ranges: for the items side by side, as far as the shortest goes)
    /// and returns the results lazily, in the order of the items.
    ///
    /// Reads its input as it goes, so the input may be endless; keeps a bounded number of items in flight. Items travel
    /// in chunks whose size follows their measured duration. An exception is thrown when its item is reached, and ends
    /// the results. Dropping the returned range cancels what has not started. lvalue ranges must outlive it.
    template <NotOptions F, std::ranges::input_range... Ranges>
    auto map(F&& function, Ranges&&... ranges) {
        return map(MapOptions{}, std::forward<F>(function), std::forward<Ranges>(ranges)...);
    }
    template <NotOptions F, std::ranges::input_range... Ranges>
    auto map(const MapOptions& options, F&& function, Ranges&&... ranges) {
        return MapRange<crossing, ResultOrder::submitted, std::decay_t<F>, Ranges...>(
            self().client(), self().slots(), options, std::forward<F>(function),
            Source<Ranges>{std::forward<Ranges>(ranges)}...);
    }
    /// The same with the results in the order in which they come.
    template <NotOptions F, std::ranges::input_range... Ranges>
    auto map_unordered(F&& function, Ranges&&... ranges) {
        return map_unordered(MapOptions{}, std::forward<F>(function), std::forward<Ranges>(ranges)...);
    }
    template <NotOptions F, std::ranges::input_range... Ranges>
    auto map_unordered(const MapOptions& options, F&& function, Ranges&&... ranges) {
        return MapRange<crossing, ResultOrder::finished, std::decay_t<F>, Ranges...>(
            self().client(), self().slots(), options, std::forward<F>(function),
            Source<Ranges>{std::forward<Ranges>(ranges)}...);
    }

    /// Calls `function` for each item, and reduces the results with `op(left, right)` on the workers. The future is
    /// that of the whole.
    ///
    /// The tree of reductions depends on the count of items and on the options alone, so that the result has the same
    /// bits on any executor; `op` must be associative but for rounding, and need not be commutative. Reads its input
    /// during the call, as far as leaves in flight allow. The failure of the first failing item is reported, with its
    /// index (TaskError::task()); reading ends soon after it. With a start, the result is `op(start, …)`.
    /// @throws ConfigError  no items and no start
    template <NotOptions F, class Op, std::ranges::input_range Range>
    auto map_reduce(F&& function, Op&& op, Range&& items) {
        return map_reduce(ReduceOptions{}, std::forward<F>(function), std::forward<Op>(op), std::forward<Range>(items));
    }
    template <NotOptions F, class Op, std::ranges::input_range Range, class T>
    auto map_reduce(F&& function, Op&& op, Range&& items, T&& start) {
        return map_reduce(ReduceOptions{}, std::forward<F>(function), std::forward<Op>(op), std::forward<Range>(items),
                          std::forward<T>(start));
    }
    template <NotOptions F, class Op, std::ranges::input_range Range, class... T>
    requires(sizeof...(T) <= 1) auto map_reduce(const ReduceOptions& options, F&& function, Op&& op, Range&& items,
                                                T&&... start) {
        Reduction<crossing, std::decay_t<F>, std::decay_t<Op>, std::ranges::range_value_t<Range>> reduction(
            self().client(), self().slots(), options, std::forward<F>(function), std::forward<Op>(op));
        for (auto&& item : items) {
            if (!reduction.add(std::forward<decltype(item)>(item))) break;
        }
        return reduction.finish({std::forward<T>(start)...});
    }

    /// Submits one task per item; the futures come in the order of the items.
    template <NotOptions F, std::ranges::input_range Range>
    auto submit_all(F&& function, Range&& items) {
        return submit_all(TaskOptions{}, std::forward<F>(function), std::forward<Range>(items));
    }
    template <NotOptions F, std::ranges::input_range Range>
    auto submit_all(const TaskOptions& options, F&& function, Range&& items) {
        using Item = std::ranges::range_value_t<Range>;
        std::vector<Future<task_result_t<F, Item>>> futures;
        if constexpr (std::ranges::sized_range<Range>) futures.reserve(std::ranges::size(items));
        Client& client = self().client();
        for (auto&& item : items) {
            std::uint64_t stream = this_task::next_stream(client, options.key);
            if (!options.key.empty()) stream = stream_of_child(stream, 0, futures.size());  // They share the key.
            futures.push_back(submit_with_stream<crossing>(client, options, stream, function,
                                                           Item(std::forward<decltype(item)>(item))));
        }
        return futures;
    }

    /// Puts a value on a worker. The future names it: tasks that take it get it from there, and run there if they can.
    template <class T>
    auto put(T&& value) {
        return submit_task<crossing, Keep::always>(self().client(), TaskOptions{.name = "put"}, Same{},
                                                   std::forward<T>(value));
    }
    /// Puts each item on a worker, round and round; the futures come in the order of the items.
    template <std::ranges::input_range Range>
    auto scatter(Range&& items) {
        using Item = std::ranges::range_value_t<Range>;
        std::vector<Future<Item>> futures;
        for (auto&& item : items) {
            const TaskOptions options{.name = "scatter", .on_rank = self().client().rank_for(futures.size())};
            futures.push_back(submit_task<crossing, Keep::always>(self().client(), options, Same{},
                                                                  Item(std::forward<decltype(item)>(item))));
        }
        return futures;
    }
    /// Puts a value on all workers, along a tree among them: each gets it once. Tasks that take it by const reference
    /// share the one of their rank.
    template <class T>
    auto broadcast(T&& value) {
        return submit_task<crossing, Keep::everywhere>(self().client(), TaskOptions{.name = "broadcast"}, Same{},
                                                       std::forward<T>(value));
    }

    /// Makes a `T(arguments…)` that lives on one rank and is called there; see Actor. On the rank that the options say,
    /// or on one after the other. What its constructor throws is thrown by the futures of its calls.
    template <class T, class... A>
    requires(!first_is_options<A...>) Actor<T> make_actor(A&&... arguments) {
        return detail::make_actor<crossing, T>(self().client(), TaskOptions{}, std::forward<A>(arguments)...);
    }
    template <class T, class... A>
    Actor<T> make_actor(const TaskOptions& options, A&&... arguments) {
        return detail::make_actor<crossing, T>(self().client(), options, std::forward<A>(arguments)...);
    }

  private:
    Self& self() { return static_cast<Self&>(*this); }
};

}  // namespace detail
}  // namespace rankpool
