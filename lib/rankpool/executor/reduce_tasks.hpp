#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <rankpool/core/error.hpp>
#include <rankpool/task/submit.hpp>

namespace rankpool::detail {

/// What a part of the tree gives: its value, or the first failure among its items (which the others do not hide, so
/// that the same item is reported on any number of ranks).
template <class T>
struct Partial {
    std::optional<T> value;
    std::optional<Failure> failure;
};

/// Describes the exception at hand as that of this task, or of a part of it.
inline Failure capture_failure_here(const std::string& part) {
    Failure failure = capture_failure();
    const std::string name = this_task::name() + part;
    if (failure.rank >= 0) {
        pass_through(failure, name);
        return failure;
    }
    failure.task = name;
    failure.host = this_task::host();
    failure.rank = this_task::rank();
    failure.attempt = this_task::attempt();
    return failure;
}

/// Reduces partial results from left to right; `sum` may hold a start.
template <class T, class Op>
Partial<T> reduce_parts(const Op& op, Partial<T> sum, std::vector<Partial<T>> parts) {
    for (Partial<T>& part : parts) {
        if (sum.failure) return sum;
        if (part.failure || !sum.value) {
            sum = std::move(part);
        } else {
            sum.value.emplace(op(std::move(*sum.value), std::move(*part.value)));
        }
    }
    return sum;
}

/// The task of a leaf. A failure is thrown while there are retries left, and told as data by the last attempt.
template <class T, class F, class Op, class... A>
struct ReduceLeaf {
    F function;
    Op op;

    Partial<T> operator()(const std::vector<std::tuple<A...>>& items, std::uint64_t first, int retries) const {
        Partial<T> sum;
        std::uint64_t index = first;
        try {
            for (const auto& item : items) {
                this_task::begin_item(index);
                std::tuple<A...> arguments = item;
                const auto call = [&]() -> decltype(auto) { return std::apply(function, std::move(arguments)); };
                if (sum.value) {
                    sum.value.emplace(op(std::move(*sum.value), run_to_the_end(call)));
                } else {
                    sum.value.emplace(run_to_the_end(call));
                }
                ++index;
            }
        } catch (...) {
            if (static_cast<std::int64_t>(this_task::attempt()) <= retries) throw;
            return {std::nullopt, capture_failure_here(", item " + std::to_string(index))};
        }
        return sum;
    }
};

/// The task of an inner node.
template <class T, class Op>
struct ReduceNode {
    Op op;
    Partial<T> operator()(std::vector<Partial<T>> parts) const { return reduce_parts<T>(op, {}, std::move(parts)); }
};

/// The task of the root: from here on a failure is one.
template <class T, class Op>
struct ReduceRoot {
    Op op;
    T operator()(std::optional<T> start, std::vector<Partial<T>> parts) const {
        Partial<T> sum = reduce_parts<T>(op, {std::move(start), {}}, std::move(parts));
        if (sum.failure) throw_failure(*sum.failure);
        return std::move(*sum.value);
    }
};

template <class T, class F, class Op, class... A>
struct Unwrapped<ReduceLeaf<T, F, Op, A...>> : Unwrapped<F> {};
template <class T, class Op>
struct Unwrapped<ReduceNode<T, Op>> : Unwrapped<Op> {};
template <class T, class Op>
struct Unwrapped<ReduceRoot<T, Op>> : Unwrapped<Op> {};

template <class T, class F, class Op, class... A>
struct FunctionCodec<ReduceLeaf<T, F, Op, A...>> {
    static void write(ByteWriter& writer, const ReduceLeaf<T, F, Op, A...>& leaf) {
        FunctionCodec<F>::write(writer, leaf.function);
        FunctionCodec<Op>::write(writer, leaf.op);
    }
    static ReduceLeaf<T, F, Op, A...> read(ByteReader& reader) {
        F function = FunctionCodec<F>::read(reader);
        return {std::move(function), FunctionCodec<Op>::read(reader)};
    }
};
template <class Node, class Op>
struct ReduceNodeCodec {
    static void write(ByteWriter& writer, const Node& node) { FunctionCodec<Op>::write(writer, node.op); }
    static Node read(ByteReader& reader) { return {FunctionCodec<Op>::read(reader)}; }
};
template <class T, class Op>
struct FunctionCodec<ReduceNode<T, Op>> : ReduceNodeCodec<ReduceNode<T, Op>, Op> {};
template <class T, class Op>
struct FunctionCodec<ReduceRoot<T, Op>> : ReduceNodeCodec<ReduceRoot<T, Op>, Op> {};

}  // namespace rankpool::detail

namespace rankpool {

template <class T>
requires CrossesRanks<T>
struct Codec<detail::Partial<T>> {
    static void write(ByteWriter& writer, const detail::Partial<T>& part) {
        writer.value(static_cast<std::uint8_t>(part.failure.has_value()));
        if (part.failure) {
            encode_failure(writer, *part.failure);
        } else {
            encode(writer, *part.value);
        }
    }
    static detail::Partial<T> read(ByteReader& reader) {
        if (reader.value<std::uint8_t>() != 0) return {std::nullopt, decode_failure(reader)};
        return {decode<T>(reader), std::nullopt};
    }
};

}  // namespace rankpool
