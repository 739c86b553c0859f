#pragma once

#include <cstdint>
#include <string>

#include <rankpool/core/time.hpp>

namespace rankpool {

/// A length of time with two or three digits that matter: "340 µs", "1.2 s", "3 min 20 s", "2 h 05 min", "4 d 03 h".
std::string format_duration(Duration duration);

/// A number with a decimal prefix: "850", "1.3 k", "24 M".
std::string format_amount(double amount);

/// How often per second: "1.3 M/s", "850/s".
std::string format_rate(double per_second);

/// A size with a binary prefix: "512 B", "1.5 MiB", "24 GiB".
std::string format_bytes(std::uint64_t bytes);

/// A count with its thousands set apart: "1,234,567".
std::string format_count(std::uint64_t count);

/// How many columns a text takes on a terminal: code points, of which "µ" is one.
std::size_t columns_of(const std::string& text);

}  // namespace rankpool
