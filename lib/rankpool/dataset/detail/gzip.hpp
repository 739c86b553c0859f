#pragma once

#include <cstddef>
#include <span>

#include <rankpool/core/bytes.hpp>

namespace rankpool::detail {

/// Compresses to a zlib stream, which is what HDF5's gzip filter stores. Levels 1 to 5 are made by ISA-L, which is an
/// order of magnitude faster than zlib at files of about the size of zlib's level 1; levels 6 to 9 by libdeflate, whose
/// files are smaller than zlib's.
/// @param level  1 to 9
/// @param out    replaced
/// @returns false if the stream would not be smaller than the content; `out` is then undefined
bool gzip(BytesView content, int level, Bytes& out);

/// Unpacks a zlib stream that makes exactly `out.size()` bytes.
/// @throws DecodeError  the stream is damaged or makes another number of bytes
void gunzip(BytesView stored, std::span<std::byte> out);

}  // namespace rankpool::detail
