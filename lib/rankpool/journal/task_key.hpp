#pragma once

#include <compare>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <rankpool/core/bytes.hpp>

namespace rankpool::journal {

/// Says which task this is, across runs of a program: 128 bits, the same on all machines.
struct TaskKey {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend auto operator<=>(const TaskKey&, const TaskKey&) = default;
};

/// The key of a sequence of parts; their borders count, so {"ab", "c"} and {"a", "bc"} differ.
/// Source: XXH3 with 128 bits (github.com/Cyan4973/xxHash), over each part after its length in 64 bits, little-endian.
TaskKey key_of(std::initializer_list<BytesView> parts);

/// 32 hexadecimal digits.
std::string to_text(const TaskKey& key);

/// The bytes of a text or of a number, as a part of a key.
inline BytesView part(std::string_view text) { return std::as_bytes(std::span(text)); }
inline BytesView part(const std::uint64_t& number) { return std::as_bytes(std::span(&number, 1)); }

}  // namespace rankpool::journal

template <>
struct std::hash<rankpool::journal::TaskKey> {
    std::size_t operator()(const rankpool::journal::TaskKey& key) const noexcept { return key.low; }
};
