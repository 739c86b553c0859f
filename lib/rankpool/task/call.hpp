#pragma once

#include <functional>
#include <memory>
#include <optional>
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

/// An argument of the task's own.
template <class T, class Kind>
struct ArrivedArgument {
    T own;
    static constexpr bool is_shared() { return false; }
    T&& take() { return std::move(own); }
    T&& get() { return std::move(own); }  // Nobody else reads it.
    static constexpr bool can_be_read_only = true;
};

/// An input: packed with the call, or kept on this rank and shared with other tasks that read it.
template <class T, class X>
struct ArrivedArgument<T, OneInput<X>> {
    std::optional<T> own;
    std::shared_ptr<const T> shared;

    bool is_shared() const { return static_cast<bool>(shared); }
    T&& take() {
        if (!own) {
            if constexpr (is_copyable<T>) own.emplace(*shared);
        }
        return std::move(*own);
    }
    const T& get() const { return own ? *own : *shared; }
    static constexpr bool can_be_read_only = is_copyable<T>;
};

template <class X>
X unpack_input(CallReader::Input& input) {
    if (!input.stored) return decode<X>(input.bytes);
    if constexpr (is_copyable<X>) {
        return *input.stored->template get<X>();
    } else {
        return input.stored->template unpack<X>();
    }
}

template <class T>
ArrivedArgument<T, Packed> read_argument(CallReader& call, Packed) {
    return {decode<T>(call.packed())};
}
template <class T, class X>
ArrivedArgument<T, OneInput<X>> read_argument(CallReader& call, OneInput<X>) {
    CallReader::Input input = call.next_input();
    if constexpr (std::is_void_v<X>) {
        return {T{}, nullptr};
    } else {
        if constexpr (std::is_same_v<T, X> && is_copyable<X>) {
            if (input.stored) return {std::nullopt, input.stored->template get<X>()};
        }
        return {convert_argument<T>(unpack_input<X>(input)), nullptr};
    }
}
template <class T, class X>
ArrivedArgument<T, ManyInputs<X>> read_argument(CallReader& call, ManyInputs<X>) {
    std::vector<X> values;
    for (std::uint64_t count = call.packed().count(); count != 0; --count) {
        CallReader::Input input = call.next_input();
        values.push_back(unpack_input<X>(input));
    }
    return {convert_argument<T>(std::move(values))};
}

/// Calls, with a look at what is shared where the function takes it by const reference; it never sees a copy then.
template <class F, class... Argument>
decltype(auto) call_with(F& function, Argument&... argument) {
    if constexpr ((Argument::can_be_read_only && ...) &&
                  std::is_invocable_v<F&, decltype(std::declval<Argument&>().get())...>) {
        if ((argument.is_shared() || ...)) return std::invoke(function, argument.get()...);
    }
    return std::invoke(function, argument.take()...);
}

/// Calls, and hands the result over.
template <class R, class F, class... Argument>
void call_for_result(CallResult& result, F& function, Argument&... argument) {
    const auto call = [&]() -> decltype(auto) { return call_with(function, argument...); };
    if constexpr (std::is_void_v<R>) {
        run_to_the_end(call);
    } else {
        result.accept(static_cast<R>(run_to_the_end(call)));
    }
}

template <class F, class Kept, class Kinds>
struct Thunk;
template <class F, class... T, class... Kind>
struct Thunk<F, std::tuple<T...>, std::tuple<Kind...>> {
    static void run(CallReader& call, CallResult& result) {
        F function = FunctionCodec<F>::read(call.packed());
        using R = typename ResultOf<F, std::tuple<T...>>::type;
        std::tuple<ArrivedArgument<T, Kind>...> arguments{read_argument<T>(call, Kind{})...};  // Braces: left to right.
        std::apply([&](auto&... argument) { call_for_result<R>(result, function, argument...); }, arguments);
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
