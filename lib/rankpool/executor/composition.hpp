#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include <rankpool/core/contract.hpp>
#include <rankpool/task/codec_std.hpp>
#include <rankpool/task/future.hpp>

namespace rankpool {
namespace detail {

/// Settles a composed state with a value: packed where that is possible, so that it can be an argument of tasks.
template <class T>
void succeed_with_value(TaskState& state, T value) {
    if constexpr (CrossesRanks<T>) {
        Bytes packed;
        ByteWriter writer(packed);
        encode<T>(writer, value);
        state.succeed(std::move(packed));
    } else {
        state.succeed_with(std::make_shared<T>(std::move(value)));
    }
}

/// Passes a failure or cancellation on.
inline void pass_on(TaskState& to, const TaskState& from) {
    if (from.status() == Status::cancelled) {
        to.cancel();
    } else {
        to.fail_packed(from.outcome());
    }
}

/// Counts parts that are still open, and makes sure that the whole is settled once.
struct Gathering {
    explicit Gathering(std::size_t count) : open(count) {}
    std::atomic<std::size_t> open;
    std::atomic<bool> is_settled{false};
    bool may_settle() { return !is_settled.exchange(true); }
};

/// The same, and what makes the whole: one for all parts, as it holds all of them.
template <class Make>
struct GatheringOfAll : Gathering {
    GatheringOfAll(std::size_t count, Make make_) : Gathering(count), make(std::move(make_)) {}
    Make make;
};

/// Settles `whole` with `make()` when all parts have succeeded, or like the first one that has not.
template <class Make>
void gather(const StateRef& whole, const std::vector<StateRef>& parts, Make make) {
    const auto gathering = std::make_shared<GatheringOfAll<Make>>(parts.size(), std::move(make));
    for (const StateRef& part : parts) {
        on_settled(part, [whole, gathering](const StateRef& settled) {
            // What is settled here is told by whoever runs this: chains of thousands must not nest.
            if (settled->status() != Status::succeeded) {
                if (gathering->may_settle()) pass_on(*whole, *settled);
            } else if (gathering->open.fetch_sub(1) == 1 && gathering->may_settle()) {
                succeed_with_value(*whole, gathering->make());
            }
        });
    }
}

template <class T>
using value_of_t = std::conditional_t<std::is_void_v<T>, Unit, T>;
template <class T>
value_of_t<T> value_of(const Future<T>& future) {
    if constexpr (std::is_void_v<T>) {
        return {};
    } else {
        return future.result();
    }
}

}  // namespace detail

/// A future of all results, in order; fails or is cancelled as soon as one of them is.
template <class T>
Future<std::vector<detail::value_of_t<T>>> when_all(std::vector<Future<T>> futures) {
    using Values = std::vector<detail::value_of_t<T>>;
    const StateRef whole(new TaskState(futures.empty() ? nullptr : futures.front().state_ref()->client()));
    if (futures.empty()) {
        detail::succeed_with_value(*whole, Values());
        return Future<Values>(whole);
    }
    std::vector<StateRef> parts;
    for (const auto& future : futures) parts.push_back(future.state_ref());
    detail::gather(whole, parts, [futures] {
        Values values;
        values.reserve(futures.size());
        for (const auto& future : futures) values.push_back(detail::value_of(future));
        return values;
    });
    return Future<Values>(whole);
}

/// The same for futures of different types.
template <class... T>
Future<std::tuple<detail::value_of_t<T>...>> when_all(Future<T>... futures) {
    using Values = std::tuple<detail::value_of_t<T>...>;
    const std::vector<StateRef> parts{futures.state_ref()...};
    const StateRef whole(new TaskState(parts.front()->client()));
    detail::gather(whole, parts, [futures...] { return Values{detail::value_of(futures)...}; });
    return Future<Values>(whole);
}

/// A future of the index of the one that is done first, however it ended. There must be at least one.
template <class T>
Future<std::size_t> when_any(const std::vector<Future<T>>& futures) {
    RANKPOOL_EXPECT(!futures.empty());
    const StateRef whole(new TaskState(futures.front().state_ref()->client()));
    const auto gathering = std::make_shared<detail::Gathering>(futures.size());
    for (std::size_t i = 0; i < futures.size(); ++i) {
        detail::on_settled(futures[i].state_ref(), [whole, gathering, i](const StateRef&) {
            if (gathering->may_settle()) detail::succeed_with_value(*whole, i);
        });
    }
    return Future<std::size_t>(whole);
}

}  // namespace rankpool
