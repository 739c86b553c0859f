#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <rankpool/core/contract.hpp>

namespace rankpool {

/// What one element of a dataset is. `other`: text, compounds, enumerations and whatever else HDF5 can hold.
enum class ElementType : std::uint8_t {
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    float32,
    float64,
    other
};

/// `int64`, `float32`…, as in numpy.
std::string_view name(ElementType type);
/// The type of that name; `other` if there is none.
ElementType element_type_named(std::string_view name);
/// Bytes of one element; 0 for `other`.
std::size_t element_bytes(ElementType type);
bool is_integer(ElementType type);
bool is_float(ElementType type);

/// C++ types that datasets can be read into and written from. Not `bool` and the character types: their size or
/// meaning in a file is not agreed upon.
template <class T>
concept Element = std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, signed char> ||
    std::same_as<T, unsigned char> || std::same_as<T, short> || std::same_as<T, unsigned short> ||
    std::same_as<T, int> || std::same_as<T, unsigned> || std::same_as<T, long> || std::same_as<T, unsigned long> ||
    std::same_as<T, long long> || std::same_as<T, unsigned long long>;

namespace detail {

template <Element T>
constexpr ElementType find_element_type() {
    if constexpr (std::is_floating_point_v<T>) {
        return sizeof(T) == 4 ? ElementType::float32 : ElementType::float64;
    } else {
        constexpr ElementType signed_types[] = {ElementType::int8, ElementType::int16, ElementType::int32,
                                                ElementType::int64};
        constexpr ElementType unsigned_types[] = {ElementType::uint8, ElementType::uint16, ElementType::uint32,
                                                  ElementType::uint64};
        constexpr std::size_t power = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
        return std::is_signed_v<T> ? signed_types[power] : unsigned_types[power];
    }
}

}  // namespace detail

/// The element type that has the size and sign of `T`.
template <Element T>
inline constexpr ElementType element_type_of = detail::find_element_type<T>();

/// Calls `action(std::type_identity<T>())` with the C++ type T of an element type, which is not `other`.
template <class Action>
auto with_element_type(ElementType type, Action&& action) {
    switch (type) {
        case ElementType::int8:
            return action(std::type_identity<std::int8_t>());
        case ElementType::int16:
            return action(std::type_identity<std::int16_t>());
        case ElementType::int32:
            return action(std::type_identity<std::int32_t>());
        case ElementType::int64:
            return action(std::type_identity<std::int64_t>());
        case ElementType::uint8:
            return action(std::type_identity<std::uint8_t>());
        case ElementType::uint16:
            return action(std::type_identity<std::uint16_t>());
        case ElementType::uint32:
            return action(std::type_identity<std::uint32_t>());
        case ElementType::uint64:
            return action(std::type_identity<std::uint64_t>());
        case ElementType::float32:
            return action(std::type_identity<float>());
        case ElementType::float64:
        case ElementType::other:
            break;
    }
    RANKPOOL_EXPECT(type == ElementType::float64);
    return action(std::type_identity<double>());
}

}  // namespace rankpool
