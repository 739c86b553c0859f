#pragma once

#include <array>
#include <cstddef>

namespace rankpool::apps {

/// A size of arguments and results that is measured.
struct PayloadSize {
    const char* name;
    std::size_t bytes;
    bool is_huge = false;  ///< takes seconds and gigabytes, so it is measured once and on demand only
};
/// From here on one block a round is enough: it takes tens of milliseconds.
inline constexpr std::size_t slow_bytes = std::size_t{1} << 24;
inline constexpr std::array<PayloadSize, 6> payload_sizes = {{{"1KiB", std::size_t{1} << 10},
                                                              {"64KiB", std::size_t{1} << 16},
                                                              {"1MiB", std::size_t{1} << 20},
                                                              {"16MiB", std::size_t{1} << 24},
                                                              {"256MiB", std::size_t{1} << 28, true},
                                                              {"1GiB", std::size_t{1} << 30, true}}};

}  // namespace rankpool::apps
