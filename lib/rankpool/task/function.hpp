#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include <rankpool/task/codec.hpp>
#include <rankpool/task/module_address.hpp>

namespace rankpool {

/// A lambda whose captures its author vouches for: copies of their bytes are all it needs in another process.
template <class F>
struct ByValue {
    F function;
    template <class... A>
    decltype(auto) operator()(A&&... arguments) const {
        return std::invoke(function, std::forward<A>(arguments)...);
    }
};

/// Lets a lambda that captures cross ranks, by copying its bytes. The captures must be plain values: no references, no
/// pointers, nothing that owns memory elsewhere (a std::string does).
template <class F>
ByValue<std::decay_t<F>> by_value(F&& function) {
    static_assert(std::is_trivially_copyable_v<std::decay_t<F>>,
                  "rankpool: by_value() copies the lambda's bytes, and something it captures (a std::string, a "
                  "std::vector, …) owns memory elsewhere. Pass that value as an argument of the task instead.");
    return {std::forward<F>(function)};
}

namespace detail {

/// A function known at compile time: `submit<&f>(…)`.
template <auto function>
struct ConstantFunction {
    template <class... A>
    decltype(auto) operator()(A&&... arguments) const {
        return std::invoke(function, std::forward<A>(arguments)...);
    }
};
template <class P>
struct Signature;
template <auto function>
struct Signature<ConstantFunction<function>> : Signature<std::decay_t<decltype(function)>> {};
template <class F>
struct Signature<ByValue<F>> : Signature<F> {};

/// True if F itself is a lambda's type (not if it only contains one): compilers write that into the name.
template <class F>
consteval bool is_closure() {
    std::string_view name = __PRETTY_FUNCTION__;
    name.remove_prefix(name.find("F = ") + 4);
    int depth = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (depth == 0 && (name.substr(i).starts_with("<lambda") || name.substr(i).starts_with("(lambda"))) return true;
        depth += name[i] == '<';
        depth -= name[i] == '>';
    }
    return false;
}
template <class F>
inline constexpr bool is_by_value = false;
template <class F>
inline constexpr bool is_by_value<ByValue<F>> = true;

/// How a function crosses: an empty object needs no bytes, a pointer becomes a place in the binary, the rest its codec.
template <class F>
struct FunctionCodec {
    static constexpr bool is_empty = std::is_empty_v<F>;
    static constexpr bool is_pointer = std::is_pointer_v<F>;

    static void write(ByteWriter& writer, const F& function) {
        if constexpr (is_pointer) {
            writer.value(portable_address(reinterpret_cast<const void*>(function)));
        } else if constexpr (!is_empty) {
            Codec<F>::write(writer, function);
        }
    }
    static F read(ByteReader& reader) {
        if constexpr (is_pointer) {
            return reinterpret_cast<F>(const_cast<void*>(local_address(reader.value<std::uint64_t>())));
        } else if constexpr (is_empty) {
            return F{};
        } else {
            return Codec<F>::read(reader);
        }
    }
};

/// The user's function inside one of ours; specialised for those that wrap one.
template <class F>
struct Unwrapped {
    using type = F;
};

/// Refuses, in words for people, functions that cannot be named in another process.
template <class Given>
consteval void check_function_crosses() {
    using F = typename Unwrapped<Given>::type;
    if constexpr (!std::is_pointer_v<F> && !std::is_empty_v<F> && !is_by_value<F>) {
        if constexpr (is_closure<F>()) {
            static_assert(!is_closure<F>(),
                          "rankpool: this lambda captures variables, and a capture may refer to memory that another "
                          "rank does not have. Pass the values as arguments instead: submit([](int n) { … }, n); or "
                          "write by_value(lambda) where copies of the captured bytes are all it needs.");
        } else {
            static_assert(CrossesRanks<F>,
                          "rankpool: this function object has members that cannot be sent to another rank. Give it a "
                          "serialize() member and include <rankpool/boost_serialization.hpp>, or pass its members as "
                          "arguments.");
        }
    } else if constexpr (std::is_empty_v<F>) {
        static_assert(std::is_default_constructible_v<F>,
                      "rankpool: this function object has no default constructor, so another rank cannot make one.");
    }
}

}  // namespace detail
}  // namespace rankpool
