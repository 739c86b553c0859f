#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include <rankpool/dataset/element_type.hpp>
#include <rankpool/dataset/grid.hpp>

namespace rankpool {

/// What happens to a chunk on its way to the file, in this order.
struct Filters {
    bool shuffle = false;   ///< Bytes of equal significance together; makes numbers compress better.
    int gzip_level = 0;     ///< 1 (fast) to 9 (small); 0: not compressed.
    int zstd_level = 0;     ///< 1 (fast) to 22 (small). Other programs need HDF5's plugin for it to read the file.
    bool lz4 = false;       ///< Fastest to read. Needs its plugin, too.
    bool checksum = false;  ///< Fletcher-32, checked at every read.

    bool compresses() const { return gzip_level != 0 || zstd_level != 0 || lz4; }
    bool any() const { return shuffle || compresses() || checksum; }
    friend bool operator==(const Filters&, const Filters&) = default;
};

/// The filters to use unless something speaks against them: every HDF5 program reads them.
inline constexpr Filters default_compression{.shuffle = true, .gzip_level = 1};

enum class Layout : std::uint8_t { chunked, contiguous, compact, virtual_dataset };

/// A number of whichever kind fits the element type.
using FillValue = std::variant<std::int64_t, std::uint64_t, double>;

/// What a new dataset shall be.
struct DatasetOptions {
    Shape shape = {};
    Shape chunk_shape = {};  ///< Empty: default_chunk_shape().
    ElementType type = ElementType::float64;
    Filters filters = {};
    std::optional<FillValue> fill_value = {};            ///< What elements nobody wrote read as; else 0.
    std::vector<std::size_t> unlimited_dimensions = {};  ///< Dimensions that may grow later.
    Layout layout = Layout::chunked;                     ///< `chunked` or `contiguous`.
};

/// Bytes a chunk has unless told otherwise: large enough that look-up, system calls and messages cost nothing beside
/// the data, small enough that a rank holds several (1 Mi elements of 8 bytes).
inline constexpr std::uint64_t default_chunk_bytes = 8U << 20;

/// Cuts an array into runs of whole rows of about `chunk_bytes`, so that a chunk is one piece of the row-major array.
/// Empty dimensions count as ones that will grow.
Shape default_chunk_shape(const Shape& shape, std::size_t element_bytes,
                          std::uint64_t chunk_bytes = default_chunk_bytes);

/// Checks everything that can be checked without a file, and fills in what was left open.
/// @throws ConfigError  says which option cannot be used and what to use instead
DatasetOptions completed(DatasetOptions options);

}  // namespace rankpool
