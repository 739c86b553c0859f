#pragma once

#include <cstddef>
#include <span>

#include <rankpool/core/bytes.hpp>

namespace rankpool::detail {

/// Compresses to one zstd frame, which is what the filter registered as 32015 stores.
/// @param level  1 to 22
/// @param out    replaced
/// @returns false if the frame would not be smaller than the content; `out` is then undefined
bool zstd(BytesView content, int level, Bytes& out);

/// Unpacks frames that make exactly `out.size()` bytes.
/// @throws DecodeError  they are damaged or make another number of bytes
void unzstd(BytesView stored, std::span<std::byte> out);

}  // namespace rankpool::detail
