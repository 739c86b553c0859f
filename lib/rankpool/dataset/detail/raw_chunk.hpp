#pragma once

#include <rankpool/dataset/detail/open_dataset.hpp>
#include <rankpool/dataset/filter_pipeline.hpp>

namespace rankpool::detail {

/// Whether a region is exactly one chunk that is not clipped, and its elements have the same bytes in the file, before
/// the filters, as in memory: then the chunk need not pass through HDF5's own pipeline.
bool is_raw_chunk(const DatasetInfo& info, const Region& region, ElementType memory);

/// Reads a chunk's bytes as they lie in the file, for indexes that only HDF5 can read; none if nobody wrote the chunk.
/// @param offset  its first element
std::optional<EncodedChunk> read_raw_chunk(const Hdf5Lock& lock, const OpenDataset& dataset, const Shape& offset);

/// Puts a chunk's bytes into the file as they are.
void write_raw_chunk(const Hdf5Lock& lock, const OpenDataset& dataset, const Shape& offset, const EncodedChunk& chunk);

}  // namespace rankpool::detail
