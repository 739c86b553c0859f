#pragma once

#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace rankpool {

template <class T>
class Future;
template <class T>
class Async;
struct Unit;

namespace detail {

/// The parameter types of a callable that has exactly one call operator; `known` is false for the others.
template <class F>
struct Signature {
    static constexpr bool known = false;
};
template <class R, class... P>
struct Signature<R (*)(P...)> {
    static constexpr bool known = true;
    using Parameters = std::tuple<P...>;
};
template <class R, class... P>
struct Signature<R (*)(P...) noexcept> : Signature<R (*)(P...)> {};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...)> : Signature<R (*)(P...)> {};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...) const> : Signature<R (*)(P...)> {};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...) noexcept> : Signature<R (*)(P...)> {};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...) const noexcept> : Signature<R (*)(P...)> {};
template <class F>
requires requires { &F::operator(); }
struct Signature<F> : Signature<decltype(&F::operator())> {};

/// The type in which an argument for parameter P is kept until the call: P without reference; for views, an owner.
template <class P>
struct Kept {
    using type = std::decay_t<P>;
};
template <>
struct Kept<const char*> {
    using type = std::string;
};
template <>
struct Kept<char*> {
    using type = std::string;
};
template <>
struct Kept<std::string_view> {
    using type = std::string;
};
template <class T>
struct Kept<std::span<const T>> {
    using type = std::vector<T>;
};
template <class P>
using kept_t = typename Kept<std::decay_t<P>>::type;

/// Keeps the text of an argument for a parameter of type const char*.
struct KeptText {
    std::string text;
    explicit KeptText(std::string_view text_) : text(text_) {}
    operator const char*() const { return text.c_str(); }  // NOLINT(google-explicit-constructor): it is passed on
};

/// What argument type A becomes once it is there: a future's value, a vector of futures' values, or itself.
template <class A>
struct Arrived {
    using type = A;
    static constexpr bool is_input = false;
};
template <>
struct Arrived<Future<void>> {
    using type = Unit;
    static constexpr bool is_input = true;
};
template <class T>
struct Arrived<Future<T>> {
    using type = T;
    static constexpr bool is_input = true;
};
template <class T>
struct Arrived<std::vector<Future<T>>> {
    using type = std::vector<T>;
    static constexpr bool is_input = true;
};
template <class A>
using arrived_t = typename Arrived<std::decay_t<A>>::type;
template <class A>
inline constexpr bool is_input = Arrived<std::decay_t<A>>::is_input;

template <class F, std::size_t count>
consteval bool knows_parameters() {
    if constexpr (Signature<F>::known) {
        return std::tuple_size_v<typename Signature<F>::Parameters> == count;
    } else {
        return false;
    }
}

template <class F, std::size_t i, class A, bool known>
struct Parameter {
    using type = kept_t<arrived_t<A>>;  // Not known: as the argument is.
};
template <class F, std::size_t i, class A>
struct Parameter<F, i, A, true> {
    using Declared = std::tuple_element_t<i, typename Signature<F>::Parameters>;
    static_assert(!std::is_lvalue_reference_v<Declared> || std::is_const_v<std::remove_reference_t<Declared>>,
                  "rankpool: the function takes an argument by non-const reference; a task works on its own copy, so "
                  "the caller would never see the change. Take it by value or const&, and return what changed.");
    using type = std::conditional_t<std::is_same_v<std::decay_t<Declared>, const char*>, KeptText, kept_t<Declared>>;
};

/// The types in which the arguments A of a call of F are kept, in order.
template <class F, class... A>
struct KeptArguments {
    template <std::size_t... i>
    static auto deduce(std::index_sequence<i...>)
        -> std::tuple<typename Parameter<F, i, A, knows_parameters<F, sizeof...(A)>()>::type...>;
    using type = decltype(deduce(std::index_sequence_for<A...>()));
};
template <class F, class... A>
using kept_arguments_t = typename KeptArguments<F, A...>::type;

/// A function that is a coroutine has the result of that.
template <class T>
struct AsyncValue {
    using type = T;
    static constexpr bool is_async = false;
};
template <class T>
struct AsyncValue<Async<T>> {
    using type = T;
    static constexpr bool is_async = true;
};

/// Makes a call, and sees a coroutine through to its end while the call's arguments live.
template <class Call>
decltype(auto) run_to_the_end(Call&& call) {
    if constexpr (AsyncValue<std::decay_t<std::invoke_result_t<Call>>>::is_async) {
        return call().result();
    } else {
        return call();
    }
}

template <class F, class Tuple>
struct ResultOf;
template <class F, class... T>
struct ResultOf<F, std::tuple<T...>> {
    static_assert(std::is_invocable_v<F, T&&...>, "rankpool: the function cannot be called with these arguments");
    using Returned = typename AsyncValue<std::decay_t<std::invoke_result_t<F, T&&...>>>::type;
    using type = std::conditional_t<std::is_void_v<Returned>, void, Returned>;
};

/// What a task returns that calls F with arguments A.
template <class F, class... A>
using task_result_t = typename ResultOf<std::decay_t<F>, kept_arguments_t<std::decay_t<F>, A...>>::type;

}  // namespace detail
}  // namespace rankpool
