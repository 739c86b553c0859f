#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <rankpool/dataset/dataset_options.hpp>
#include <rankpool/dataset/element_type.hpp>
#include <rankpool/dataset/grid.hpp>

namespace rankpool {

enum class ByteOrder : std::uint8_t { little, big, none };

/// One step of a dataset's filter pipeline.
struct FilterInfo {
    int id = 0;                             ///< As registered with The HDF Group: 1 is gzip.
    std::string name;                       ///< `gzip`, `shuffle`…; `filter 32023` if nobody told us.
    std::vector<std::uint32_t> parameters;  ///< Of gzip: the level.
    friend bool operator==(const FilterInfo&, const FilterInfo&) = default;
};

/// What a dataset is and how it lies in the file.
struct DatasetInfo {
    /// In `shape_max`: may grow without bound.
    static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

    Shape shape;
    Shape shape_max;
    Shape chunk_shape;  ///< Empty unless `layout` is chunked.
    ElementType type = ElementType::other;
    std::string type_text;          ///< In words, also for `other`: `text of 16 bytes`.
    std::size_t element_bytes = 0;  ///< In the file.
    ByteOrder byte_order = ByteOrder::none;
    Layout layout = Layout::contiguous;
    std::vector<FilterInfo> filters;
    std::uint64_t storage_bytes = 0;  ///< In the file, without metadata; 0 for chunks nobody wrote.

    std::uint64_t element_count() const { return rankpool::element_count(shape); }
    friend bool operator==(const DatasetInfo&, const DatasetInfo&) = default;
};

/// Where a chunk lies in its file.
struct ChunkPlace {
    std::uint64_t chunk = 0;    ///< Its number in the grid.
    std::uint64_t address = 0;  ///< From the file's first byte.
    std::uint64_t bytes = 0;
    friend bool operator==(const ChunkPlace&, const ChunkPlace&) = default;
};

}  // namespace rankpool
