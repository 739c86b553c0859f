#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rankpool {

/// Keeps the beginning and the end of a stream in bounded memory: what a program says first and last explains most.
class OutputTail {
  public:
    /// @param bytes_max  how much is kept, half of it from the beginning
    explicit OutputTail(std::size_t bytes_max) : half_(bytes_max / 2) {}

    void append(std::string_view bytes);

    /// What is kept as valid UTF-8, with a line that says how much is left out where something is. Bytes that are no
    /// UTF-8, and zero bytes, become U+FFFD: other programs refuse tables with such texts.
    std::string text() const;

  private:
    std::size_t half_;
    std::string head_;
    std::string tail_;  // Invariant: at most 4 * half_ bytes; only the last half_ of them count.
    std::uint64_t total_ = 0;
};

/// `bytes` as valid UTF-8 without zero bytes; each byte that does not fit becomes U+FFFD.
/// Source: Unicode 15, table 3-7 (well-formed byte sequences).
std::string to_valid_utf8(std::string_view bytes);

}  // namespace rankpool
