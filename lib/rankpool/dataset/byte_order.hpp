#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>

namespace rankpool {

/// Reverses the bytes of each element.
/// @param element_bytes  2, 4 or 8; others have nothing to reverse
inline void swap_byte_order(std::span<std::byte> elements, std::size_t element_bytes) {
    const auto swap_each = [&]<std::size_t size>() {
        for (std::size_t i = 0; i + size <= elements.size(); i += size) {
            std::array<std::byte, size> element;
            std::memcpy(element.data(), elements.data() + i, size);
            std::ranges::reverse(element);
            std::memcpy(elements.data() + i, element.data(), size);
        }
    };
    if (element_bytes == 2) swap_each.template operator()<2>();
    if (element_bytes == 4) swap_each.template operator()<4>();
    if (element_bytes == 8) swap_each.template operator()<8>();
}

}  // namespace rankpool
