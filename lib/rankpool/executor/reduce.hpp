#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include <rankpool/executor/map.hpp>
#include <rankpool/executor/reduce_options.hpp>
#include <rankpool/executor/reduce_tasks.hpp>
#include <rankpool/executor/wait_group.hpp>

namespace rankpool::detail {

/// Grows a reduction tree over items that come one after the other. Its shape depends on their count, the leaf size and
/// the fan-in alone: a node is submitted as soon as it has all its parts, and the root takes what is left over, larger
/// parts first.
template <Crossing crossing, class F, class Op, class Item>
class Reduction {
    using Arguments = kept_arguments_t<F, Item>;
    using A = std::tuple_element_t<0, Arguments>;

  public:
    using T = typename ResultOf<F, Arguments>::type;

    Reduction(Client& client, std::size_t slots, const ReduceOptions& options, F function, Op op)
        : client_(client),
          options_(options),
          stream_(this_task::next_stream(client, options.task.key)),
          in_flight_max_(options.buffer_size != 0 ? options.buffer_size : 4 * std::max<std::size_t>(slots, 1)),
          leaf_{std::move(function), op},
          op_(std::move(op)) {
        static_assert(!std::is_void_v<T>, "rankpool: map_reduce reduces the function's results, and it returns none");
        static_assert(std::is_invocable_r_v<T, const Op&, T&&, T&&>,
                      "rankpool: map_reduce needs an operation that takes two results and returns one");
        RANKPOOL_EXPECT(options.leaf_size >= 1);
        RANKPOOL_EXPECT(options.fan_in >= 2);
        if constexpr (crossing == Crossing::required) {
            check_function_crosses<F>();
            check_function_crosses<Op>();
        }
    }
    Reduction(const Reduction&) = delete;
    Reduction& operator=(const Reduction&) = delete;

    /// False when further items would change nothing: one has failed.
    template <class X>
    bool add(X&& item) {
        items_.push_back(std::tuple<A>{convert_argument<A>(std::forward<X>(item))});
        if (items_.size() == options_.leaf_size) submit_leaf();
        return !has_failed_;
    }

    Future<T> finish(std::optional<T> start) {
        if (!items_.empty()) submit_leaf();
        std::vector<Future<Partial<T>>> rest;
        for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
            rest.insert(rest.end(), level->begin(), level->end());
        }
        if (rest.empty() && !start) {
            throw ConfigError("map_reduce of no items has no result: give it a start, which is the result then");
        }
        return submit_with_stream<crossing>(client_, options_.task, stream_, ReduceRoot<T, Op>{op_}, std::move(start),
                                            std::move(rest));
    }

  private:
    using Leaf = ReduceLeaf<T, F, Op, A>;

    void submit_leaf() {
        while (in_flight_.size() >= in_flight_max_) look_at(in_flight_.next(Instant::max()));
        auto leaf = submit_with_stream<crossing>(client_, options_.task, stream_, leaf_,
                                                 std::exchange(items_, std::vector<std::tuple<A>>()), items_submitted_,
                                                 options_.task.retries);
        items_submitted_ += options_.leaf_size;
        in_flight_.add(leaf.state_ref());
        std::size_t level = 0;
        for (auto part = std::move(leaf);; ++level) {
            if (level == levels_.size()) levels_.emplace_back();
            levels_[level].push_back(std::move(part));
            if (levels_[level].size() < options_.fan_in) return;
            part = submit_with_stream<crossing>(client_, options_.task, stream_, ReduceNode<T, Op>{op_},
                                                std::exchange(levels_[level], {}));
        }
    }
    void look_at(const StateRef& leaf) {
        const Future<Partial<T>> done(leaf);
        has_failed_ |= leaf->status() != Status::succeeded || done.result().failure.has_value();
    }

    Client& client_;
    ReduceOptions options_;
    std::uint64_t stream_;
    std::size_t in_flight_max_;
    Leaf leaf_;
    Op op_;
    std::vector<std::tuple<A>> items_;
    std::uint64_t items_submitted_ = 0;
    WaitGroup in_flight_;
    std::vector<std::vector<Future<Partial<T>>>> levels_;  // parts that wait for company, leaves first
    bool has_failed_ = false;
};

}  // namespace rankpool::detail
