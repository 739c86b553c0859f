#pragma once

#include <cstddef>
#include <span>

#include <rankpool/core/bytes.hpp>

namespace rankpool::detail {

/// HDF5's shuffle filter: first the first bytes of all elements, then all second bytes…; what is no whole element stays
/// at the end. `out` has the size of `raw`; they do not overlap.
void shuffle(BytesView raw, std::size_t element_bytes, std::span<std::byte> out);

/// The reverse.
void unshuffle(BytesView shuffled, std::size_t element_bytes, std::span<std::byte> out);

}  // namespace rankpool::detail
