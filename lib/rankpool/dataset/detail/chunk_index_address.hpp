#pragma once

#include <cstdint>
#include <optional>

#include <rankpool/dataset/detail/file_format.hpp>

namespace rankpool::detail {

/// Where the index of a dataset's chunks lies in the file.
struct ChunkIndexAddress {
    bool is_allocated = false;  ///< Not: no chunk was ever written.
    std::uint64_t address = 0;
};

/// Looks in a dataset's object header for its layout message. None if the index is of another kind than the version-1
/// B-tree of files in the usual format, or the header makes no sense.
/// @param header  address of the object header, as H5Oget_info tells
/// Source: HDF5 File Format Specification 3.0, sections IV.A.1 (headers) and IV.A.2.i (layout).
std::optional<ChunkIndexAddress> find_chunk_btree(const FormatReader& reader, std::uint64_t header);

}  // namespace rankpool::detail
