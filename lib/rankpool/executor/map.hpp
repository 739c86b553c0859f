#pragma once

#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <tuple>
#include <utility>
#include <vector>

#include <rankpool/executor/chunk_size.hpp>
#include <rankpool/executor/map_chunk.hpp>
#include <rankpool/executor/map_options.hpp>
#include <rankpool/executor/wait_group.hpp>

namespace rankpool::detail {

enum class ResultOrder : bool { submitted, finished };

/// A range that is being read: referred to if it is an lvalue, kept if it is not.
template <class Range>
struct Source {
    Range range;  // a reference type for lvalues
    auto begin() { return std::ranges::begin(range); }
    auto end() { return std::ranges::end(range); }
};

/// The results of a map: a range to go through once. See Calls::map().
template <Crossing crossing, ResultOrder order, class F, class... Ranges>
class MapRange {
    using Arguments = kept_arguments_t<F, std::ranges::range_value_t<Ranges>...>;
    using R = typename ResultOf<F, Arguments>::type;
    template <class Tuple>
    struct ChunkOf;
    template <class... T>
    struct ChunkOf<std::tuple<T...>> {
        using type = MapChunk<F, T...>;
    };
    using Chunk = typename ChunkOf<Arguments>::type;

    struct State;

  public:
    using value_type = not_void_t<R>;

    MapRange(Client& client, std::size_t slots, const MapOptions& options, F function, Source<Ranges>... ranges)
        : state_(std::make_unique<State>(client, slots, options, std::move(function), std::move(ranges)...)) {
        state_->fill();
    }
    MapRange(MapRange&&) noexcept = default;
    MapRange& operator=(MapRange&&) noexcept = default;

    class Iterator {
      public:
        using value_type = MapRange::value_type;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        Iterator() = default;
        explicit Iterator(MapRange& range) : state_(range.state_.get()) {}
        value_type& operator*() const { return *state_->current; }
        Iterator& operator++() {
            state_->advance();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const Iterator& a, std::default_sentinel_t) { return !a.state_->current; }

      private:
        State* state_ = nullptr;
    };

    Iterator begin() {
        state_->advance();
        return Iterator(*this);
    }
    std::default_sentinel_t end() const { return {}; }

  private:
    struct InFlight {
        Future<ChunkResult<R>> future;
        std::size_t items;
    };
    struct State {
        State(Client& client_, std::size_t slots, const MapOptions& options_, F function_, Source<Ranges>... ranges)
            : client(&client_),
              options(options_),
              deadline(deadline_after(now(), options_.timeout)),
              function{std::move(function_)},
              sources(std::move(ranges)...),
              at(std::apply([](auto&... source) { return std::tuple(source.begin()...); }, sources)),
              sizes(options_, slots, item_count()),
              stream(this_task::next_stream(client_, options_.task.key)) {}
        State(const State&) = delete;
        State& operator=(const State&) = delete;
        ~State() {
            for (const auto& chunk : in_flight) chunk.future.cancel();
        }

        std::optional<std::uint64_t> item_count() {
            if constexpr ((std::ranges::sized_range<Ranges> && ...)) {
                return std::apply(
                    [](auto&... source) {
                        return std::min({static_cast<std::uint64_t>(std::ranges::size(source.range))...});
                    },
                    sources);
            } else {
                return std::nullopt;
            }
        }
        bool at_end() {
            return [this]<std::size_t... i>(std::index_sequence<i...>) {
                return ((std::get<i>(at) == std::get<i>(sources).end()) || ...);
            }
            (std::index_sequence_for<Ranges...>());
        }
        /// Submits chunks until enough items are in flight.
        void fill() {
            while (!is_over && items_in_flight < sizes.in_flight_max() && !at_end()) {
                const std::size_t room = sizes.in_flight_max() - items_in_flight;
                const std::size_t wanted = std::min(sizes.next(), room);
                std::vector<Arguments> items;
                items.reserve(wanted);
                while (items.size() < wanted && !at_end()) {
                    items.push_back(
                        std::apply([](auto&... iterator) { return convert_items<Arguments>(*iterator...); }, at));
                    std::apply([](auto&... iterator) { (++iterator, ...); }, at);
                }
                const std::size_t count = items.size();
                sizes.sent(count);
                items_in_flight += count;
                in_flight.push_back({submit_with_stream<crossing, Keep::never>(*client, options.task, stream, function,
                                                                               std::move(items), items_submitted),
                                     count});
                items_submitted += count;
                if constexpr (order == ResultOrder::finished) group.add(in_flight.back().future.state_ref());
            }
        }
        /// Goes to the next result; afterwards `current` is empty at the end.
        void advance() {
            current.reset();
            while (!is_over) {
                if (next_value < values.size()) {
                    current.emplace(std::move(values[next_value++]));
                    return;
                }
                if (failure) {
                    is_over = true;
                    throw_failure(*failure);
                }
                if (in_flight.empty()) {
                    is_over = true;
                    return;
                }
                take_chunk();
                fill();
            }
        }
        void take_chunk() {
            auto chunk = in_flight.begin();
            if constexpr (order == ResultOrder::finished) {
                const StateRef finished = group.next(deadline);
                if (!finished) throw_late();
                while (chunk->future.state_ref() != finished) ++chunk;
            } else if (!wait_settled(*chunk->future.state_ref(), deadline)) {
                throw_late();
            }
            const InFlight taken = std::move(*chunk);
            in_flight.erase(chunk);
            items_in_flight -= taken.items;
            is_over = true;  // If result() throws, this is the end.
            const ChunkResult<R>& result = taken.future.result();
            is_over = false;
            sizes.learned(result.values.size(), result.duration_ns);
            if constexpr (is_copyable<not_void_t<R>>) {
                values.assign(result.values.begin(), result.values.end());
            } else {
                values = std::move(const_cast<ChunkResult<R>&>(result).values);
            }
            failure = result.failure;
            next_value = 0;
        }
        [[noreturn]] void throw_late() {
            is_over = true;
            throw TimeoutError("map: " + std::to_string(items_in_flight) +
                               " of the items in flight have no result after " +
                               std::to_string(in_seconds(options.timeout)) + " s; their tasks go on");
        }

        Client* client;
        MapOptions options;
        Instant deadline;
        Chunk function;
        std::tuple<Source<Ranges>...> sources;
        std::tuple<std::ranges::iterator_t<std::remove_reference_t<Ranges>>...> at;
        ChunkSize sizes;
        std::uint64_t stream;  // The whole map counts as one submission; its items differ by their index.
        std::uint64_t items_submitted = 0;
        std::deque<InFlight> in_flight;
        std::size_t items_in_flight = 0;
        WaitGroup group;
        std::vector<not_void_t<R>> values;
        std::size_t next_value = 0;
        std::optional<Failure> failure;
        std::optional<value_type> current;
        bool is_over = false;
    };
    template <class Tuple, class... Item>
    static Tuple convert_items(Item&&... item) {
        return [&]<class... T>(std::type_identity<std::tuple<T...>>) {
            return std::tuple<T...>{convert_argument<T>(std::forward<Item>(item))...};
        }(std::type_identity<Tuple>());
    }

    std::unique_ptr<State> state_;
};

}  // namespace rankpool::detail
