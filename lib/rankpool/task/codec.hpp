#pragma once

#include <array>
#include <bit>
#include <complex>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <rankpool/core/byte_stream.hpp>

namespace rankpool {

/// How a value of type T crosses from one process to another.
///
/// Specialisations have `static void write(ByteWriter&, const T&)` and `static T read(ByteReader&)`; reading throws
/// DecodeError on bytes that no T wrote. Here: values copied as bytes. Standard containers: codec_std.hpp. Types with a
/// `serialize()` of Boost.Serialization: <rankpool/boost_serialization.hpp>.
template <class T>
struct Codec {
    static constexpr bool is_missing = true;
};

/// What result a task without a value has.
struct Unit {
    friend bool operator==(Unit, Unit) = default;
};

namespace detail {

// Types that are copyable as bytes but refer to memory that does not travel with them.
template <class T>
inline constexpr bool is_borrowing = std::is_pointer_v<T> || std::is_member_pointer_v<T>;
template <class Char, class Traits>
inline constexpr bool is_borrowing<std::basic_string_view<Char, Traits>> = true;
template <class T, std::size_t extent>
inline constexpr bool is_borrowing<std::span<T, extent>> = true;
template <class T>
inline constexpr bool is_borrowing<std::reference_wrapper<T>> = true;
template <class T>
inline constexpr bool is_borrowing<std::initializer_list<T>> = true;
template <class T, std::size_t count>
inline constexpr bool is_borrowing<std::array<T, count>> = is_borrowing<T>;
template <class T>
inline constexpr bool is_borrowing<std::optional<T>> = is_borrowing<T>;
template <class A, class B>
inline constexpr bool is_borrowing<std::pair<A, B>> = is_borrowing<A> || is_borrowing<B>;
template <class... T>
inline constexpr bool is_borrowing<std::tuple<T...>> = (is_borrowing<T> || ...);
template <class... T>
inline constexpr bool is_borrowing<std::variant<T...>> = (is_borrowing<T> || ...);

template <class T>
concept CopiedAsBytes =
    std::is_trivially_copyable_v<T> && std::is_object_v<T> && !std::is_array_v<T> && !is_borrowing<T>;

}  // namespace detail

/// True for types whose values can go to another process and come back equal.
template <class T>
concept CrossesRanks = !requires {
    Codec<T>::is_missing;
};

template <class T>
requires detail::CopiedAsBytes<T>
struct Codec<T> {
    static constexpr bool copies_bytes = true;

    static void write(ByteWriter& writer, const T& item) {
        if constexpr (!std::is_empty_v<T>) writer.raw(&item, sizeof item);
    }
    static T read(ByteReader& reader) {
        if constexpr (std::is_same_v<T, bool>) return reader.value<std::uint8_t>() != 0;
        struct Image {
            alignas(T) std::byte bytes[sizeof(T)];
        } image{};
        if constexpr (!std::is_empty_v<T>) std::memcpy(image.bytes, reader.raw(sizeof(T)).data(), sizeof(T));
        if constexpr (sizeof(Image) == sizeof(T)) return std::bit_cast<T>(image);
    }
};

namespace detail {

/// True if T's codec is the one above: not where a type that could be copied as bytes has a codec of its own.
template <class T>
inline constexpr bool has_bytes_codec = requires {
    Codec<T>::copies_bytes;
};

}  // namespace detail

/// Writes a value with its codec.
template <CrossesRanks T>
void encode(ByteWriter& writer, const T& item) {
    Codec<T>::write(writer, item);
}

/// Reads a value with its codec; throws DecodeError on bytes that no T wrote.
template <CrossesRanks T>
T decode(ByteReader& reader) {
    return Codec<T>::read(reader);
}

}  // namespace rankpool
