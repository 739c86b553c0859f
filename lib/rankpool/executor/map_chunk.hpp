#pragma once

#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include <rankpool/core/time.hpp>
#include <rankpool/task/submit.hpp>

namespace rankpool::detail {

template <class R>
using not_void_t = std::conditional_t<std::is_void_v<R>, Unit, R>;

/// What a task does that computes a chunk of a map: the results up to the first exception, and that.
template <class R>
struct ChunkResult {
    std::vector<not_void_t<R>> values;
    std::optional<Failure> failure;
    std::uint64_t duration_ns = 0;
};

template <class F, class... T>
struct MapChunk {
    F function;

    /// `first` is the index of the first item.
    auto operator()(const std::vector<std::tuple<T...>>& items, std::uint64_t first) const {
        using R = typename ResultOf<F, std::tuple<T...>>::type;
        ChunkResult<R> result;
        result.values.reserve(items.size());
        const Instant start = now();
        for (const auto& item : items) {
            try {
                this_task::begin_item(first + result.values.size());
                std::tuple<T...> arguments = item;
                const auto call = [&]() -> decltype(auto) { return std::apply(function, std::move(arguments)); };
                if constexpr (std::is_void_v<R>) {
                    run_to_the_end(call);
                    result.values.push_back({});
                } else {
                    result.values.push_back(run_to_the_end(call));
                }
            } catch (...) {
                if (items.size() == 1) throw;  // The task's own failure: it may be retried.
                result.failure = capture_failure();
                if (result.failure->rank < 0) {
                    result.failure->task = this_task::name();
                    result.failure->host = this_task::host();
                    result.failure->rank = this_task::rank();
                    result.failure->attempt = this_task::attempt();
                } else {
                    pass_through(*result.failure, this_task::name());
                }
                break;
            }
        }
        result.duration_ns = static_cast<std::uint64_t>((now() - start).count());
        return result;
    }
};

template <class F, class... T>
struct Unwrapped<MapChunk<F, T...>> : Unwrapped<F> {};
template <class F, class... T>
struct FunctionCodec<MapChunk<F, T...>> {
    static void write(ByteWriter& writer, const MapChunk<F, T...>& chunk) {
        FunctionCodec<F>::write(writer, chunk.function);
    }
    static MapChunk<F, T...> read(ByteReader& reader) { return {FunctionCodec<F>::read(reader)}; }
};

}  // namespace rankpool::detail

namespace rankpool {

template <class R>
requires CrossesRanks<detail::not_void_t<R>>
struct Codec<detail::ChunkResult<R>> {
    static void write(ByteWriter& writer, const detail::ChunkResult<R>& result) {
        encode(writer, result.values);
        writer.value(static_cast<std::uint8_t>(result.failure.has_value()));
        if (result.failure) encode_failure(writer, *result.failure);
        writer.value(result.duration_ns);
    }
    static detail::ChunkResult<R> read(ByteReader& reader) {
        detail::ChunkResult<R> result;
        result.values = decode<std::vector<detail::not_void_t<R>>>(reader);
        if (reader.value<std::uint8_t>() != 0) result.failure = decode_failure(reader);
        result.duration_ns = reader.value<std::uint64_t>();
        return result;
    }
};

}  // namespace rankpool
