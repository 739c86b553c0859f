#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <rankpool/core/bytes.hpp>
#include <rankpool/dataset/grid.hpp>

namespace rankpool {

/// Where the elements of a dataset that is neither chunked nor filtered lie in the file that is being written: in one
/// piece, row-major, so that every process that sees the file can write its part of them.
struct PlainStorage {
    std::string path;           ///< Of the file as it is called while it is written.
    std::uint64_t file_id = 0;  ///< Its inode number: another host may have another file of that name.
    std::uint64_t offset = 0;   ///< Of the first element, in bytes.
    std::string target;         ///< What the file will be called, for messages.
    std::string dataset;

    friend bool operator==(const PlainStorage&, const PlainStorage&) = default;
};

/// Writes the elements of a region to where they belong. The file is opened and closed for it: on network file systems
/// that is what makes others see the bytes, and what reports that they could not be stored.
/// @param shape     of the dataset
/// @param elements  of the region, as they are stored
/// @return false if this process does not see the file; then nothing was written
/// @throws DatasetError  the disk is full, say
bool write_in_place(const PlainStorage& storage, const Shape& shape, const Region& region, BytesView elements,
                    std::size_t element_bytes);

}  // namespace rankpool
