#pragma once

#include <functional>
#include <tuple>
#include <vector>

#include <rankpool/task/callable.hpp>
#include <rankpool/task/codec_std.hpp>
#include <rankpool/task/function.hpp>
#include <rankpool/task/registry.hpp>

namespace rankpool::detail {

// What the three kinds of argument look like to the thunk: packed by the submitter, one input, a vector of inputs.
struct Packed {};
template <class X>
struct OneInput {};
template <class X>
struct ManyInputs {};

template <class A>
struct KindOf {
    using type = Packed;
};
template <class T>
struct KindOf<Future<T>> {
    using type = OneInput<T>;
};
template <class T>
struct KindOf<std::vector<Future<T>>> {
    using type = ManyInputs<T>;
};

template <class T, class X>
T convert_argument(X&& arrived) {
    if constexpr (std::is_constructible_v<T, X&&>) {
        return T(std::forward<X>(arrived));
    } else {
        return T(arrived.begin(), arrived.end());  // A view's owner from another range.
    }
}

template <class T>
T read_argument(CallReader& call, Packed) {
    return decode<T>(call.packed());
}
template <class T, class X>
T read_argument(CallReader& call, OneInput<X>) {
    ByteReader input = call.next_input();
    if constexpr (std::is_void_v<X>) {
        return T{};
    } else {
        return convert_argument<T>(decode<X>(input));
    }
}
template <class T, class X>
T read_argument(CallReader& call, ManyInputs<X>) {
    std::vector<X> values;
    for (std::uint64_t count = call.packed().count(); count != 0; --count) {
        ByteReader input = call.next_input();
        values.push_back(decode<X>(input));
    }
    return convert_argument<T>(std::move(values));
}

/// Calls, and writes the result.
template <class F, class Tuple>
void apply_to_writer(F& function, Tuple&& arguments, ByteWriter& result) {
    using R = typename ResultOf<F, std::remove_cvref_t<Tuple>>::type;
    const auto call = [&]() -> decltype(auto) { return std::apply(function, std::forward<Tuple>(arguments)); };
    if constexpr (std::is_void_v<R>) {
        run_to_the_end(call);
    } else {
        encode<R>(result, run_to_the_end(call));
    }
}

template <class F, class Kept, class Kinds>
struct Thunk;
template <class F, class... T, class... Kind>
struct Thunk<F, std::tuple<T...>, std::tuple<Kind...>> {
    static void run(CallReader& call, ByteWriter& result) {
        F function = FunctionCodec<F>::read(call.packed());
        std::tuple<T...> arguments{read_argument<T>(call, Kind{})...};  // Braces: left to right.
        apply_to_writer(function, std::move(arguments), result);
    }
    static constexpr const char* name() { return __PRETTY_FUNCTION__; }
    static inline FunctionEntry entry{&run, name()};
};

/// The registered entry for calls of F with arguments A.
template <class F, class... A>
const FunctionEntry& entry_for() {
    return Thunk<F, kept_arguments_t<F, A...>, std::tuple<typename KindOf<std::decay_t<A>>::type...>>::entry;
}

template <class T, class A>
void pack_argument(ByteWriter& writer, const A& argument) {
    static_assert(
        CrossesRanks<T>,
        "rankpool: an argument of this type cannot be sent to another rank. Plain values, standard containers "
        "of such, and types with a serialize() member (include <rankpool/boost_serialization.hpp>) can; "
        "pointers and views cannot, because they refer to this rank's memory.");
    if constexpr (CrossesRanks<T>) {
        if constexpr (std::is_same_v<A, T>) {
            encode<T>(writer, argument);
        } else {
            encode<T>(writer, convert_argument<T>(argument));
        }
    }
}

template <class F>
void pack_function(ByteWriter& writer, const F& function) {
    check_function_crosses<F>();
    FunctionCodec<F>::write(writer, function);
}

}  // namespace rankpool::detail

template <>
struct rankpool::Codec<rankpool::detail::KeptText> {
    static void write(ByteWriter& writer, const detail::KeptText& item) { writer.text(item.text); }
    static detail::KeptText read(ByteReader& reader) { return detail::KeptText(reader.text()); }
};
