#pragma once

#include <rankpool/dataset/chunk_codec.hpp>
#include <rankpool/dataset/detail/open_dataset.hpp>

namespace rankpool::detail {

/// Whether elements of this type lie in the file with the same bytes as in memory.
bool is_stored_as(const OpenDataset& dataset, ElementType memory);

/// Puts a chunk's bytes into the file as they are.
/// @param offset  the chunk's first element
void write_raw_chunk(const Hdf5Lock& lock, const OpenDataset& dataset, const Shape& offset, const EncodedChunk& chunk);

}  // namespace rankpool::detail
