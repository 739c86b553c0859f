#pragma once

#include <cstdint>

namespace rankpool {

/// What a stencil sees beyond the edges of the array. For `a b c d` and a halo of 3:
enum class BoundaryKind : std::uint8_t {
    constant,  ///< `k k k | a b c d | k k k`
    nearest,   ///< `a a a | a b c d | d d d`
    reflect,   ///< `c b a | a b c d | d c b`
    periodic,  ///< `b c d | a b c d | a b c`
};

struct Boundary {
    BoundaryKind kind = BoundaryKind::nearest;
    double value = 0;  ///< Of `constant`, converted to the elements' type.
    friend bool operator==(const Boundary&, const Boundary&) = default;
};

}  // namespace rankpool
