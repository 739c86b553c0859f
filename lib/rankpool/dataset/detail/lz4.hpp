#pragma once

#include <cstddef>
#include <span>

#include <rankpool/core/bytes.hpp>

namespace rankpool::detail {

/// Compresses to what the filter registered as 32004 stores: the content's size (8 bytes) and that of its blocks (4),
/// then for each block how long it is (4) and an LZ4 block, or the block itself where that is not shorter; numbers
/// with their high bytes first.
/// @param block_bytes  0: one block
/// @param out          replaced
/// @returns false if it would not be smaller than the content; `out` is then undefined
bool lz4(BytesView content, std::size_t block_bytes, Bytes& out);

/// Unpacks what makes exactly `out.size()` bytes.
/// @throws DecodeError  it is damaged or makes another number of bytes
void unlz4(BytesView stored, std::span<std::byte> out);

/// How many bytes it says that it unpacks to; 0 if it is too short to say.
std::size_t unlz4_size(BytesView stored);

}  // namespace rankpool::detail
