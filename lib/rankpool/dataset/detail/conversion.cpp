#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include <rankpool/core/contract.hpp>
#include <rankpool/dataset/detail/conversion.hpp>

namespace rankpool::detail {
namespace {

template <class To, class From>
bool fits(From value) {
    if constexpr (std::is_floating_point_v<From>) {
        return std::is_floating_point_v<To>;
    } else if constexpr (std::is_floating_point_v<To>) {
        if constexpr (sizeof(From) * 8 <= std::numeric_limits<To>::digits) return true;
        // Exact if it has no more significant bits than the float.
        const std::uint64_t magnitude =
            value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
        if (magnitude == 0) return true;
        const std::uint64_t significant = magnitude >> __builtin_ctzll(magnitude);
        return significant >> std::numeric_limits<To>::digits == 0;
    } else {
        return std::in_range<To>(value);
    }
}

template <class From, class To>
bool convert_all(const void* in, void* out, std::size_t count) {
    const auto* from = static_cast<const From*>(in);
    auto* to = static_cast<To*>(out);
    bool all_fit = true;
    for (std::size_t i = 0; i < count; ++i) {
        all_fit = all_fit && fits<To>(from[i]);
        to[i] = static_cast<To>(from[i]);  // NOLINT(bugprone-signed-char-misuse): numbers, not letters
    }
    return all_fit;
}

template <class From>
bool convert_from(const void* in, ElementType to, void* out, std::size_t count) {
    return with_element_type(to, [&]<class To>(std::type_identity<To>) {
        if constexpr (std::is_floating_point_v<From> && !std::is_floating_point_v<To>) {
            return false;
        } else {
            return convert_all<From, To>(in, out, count);
        }
    });
}

}  // namespace

bool convert(ElementType from, const void* in, ElementType to, void* out, std::size_t count) {
    if (from == to) {
        if (count != 0) std::memcpy(out, in, count * element_bytes(from));
        return true;
    }
    return with_element_type(
        from, [&]<class From>(std::type_identity<From>) { return convert_from<From>(in, to, out, count); });
}

}  // namespace rankpool::detail
