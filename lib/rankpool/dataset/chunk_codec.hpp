#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <rankpool/core/bytes.hpp>
#include <rankpool/dataset/dataset_options.hpp>

namespace rankpool {

/// A chunk as it lies in the file.
struct EncodedChunk {
    Bytes bytes;
    std::uint32_t skipped_filters = 0;  ///< HDF5's filter mask: bit i set, the i-th filter was left out.
};

/// Whether the codec here knows all these filters; else HDF5 has to apply them itself.
bool can_encode(const Filters& filters);

/// Applies shuffle and gzip exactly as HDF5's filters do, without HDF5: any thread and rank may call it, and the bytes
/// go to the file as they are. A chunk that gzip would not make smaller stays uncompressed, as with HDF5.
///
/// @param raw  all elements of the chunk, little-endian; a clipped chunk is padded to full size
EncodedChunk encode_chunk(BytesView raw, std::size_t element_bytes, const Filters& filters);

/// The reverse.
/// @param raw  filled completely; its size is that of a full chunk
/// @throws DecodeError  the bytes are damaged, or make a chunk of another size
void decode_chunk(BytesView stored, std::uint32_t skipped_filters, std::size_t element_bytes, const Filters& filters,
                  std::span<std::byte> raw);

}  // namespace rankpool
