#pragma once

#include <cstdint>

#include <rankpool/core/bytes.hpp>

namespace rankpool::detail {

/// Fletcher's checksum of 32 bits as HDF5's filter computes it: over big-endian words of 16 bits, an odd last byte
/// counting as the upper half of one.
std::uint32_t fletcher32(BytesView bytes);

}  // namespace rankpool::detail
