#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rankpool {

/// Element counts, one entry per dimension, the slowest-varying dimension first (row-major, as in C and numpy).
/// No entries: a scalar, one element.
using Shape = std::vector<std::uint64_t>;

/// Position of a chunk in its grid, one entry per dimension, 0-based.
using ChunkIndex = std::vector<std::uint64_t>;

/// The product of the entries.
/// @throws ConfigError  it does not fit 64 bits
std::uint64_t element_count(const Shape& shape);

/// `{250, 100}`, as messages show it.
std::string to_string(const Shape& shape);

/// A box of elements: `extent` elements from `offset` on, in each dimension.
struct Region {
    Shape offset;
    Shape extent;

    std::uint64_t element_count() const { return rankpool::element_count(extent); }
    bool fits_in(const Shape& shape) const;
    friend bool operator==(const Region&, const Region&) = default;
};

/// All of an array.
Region whole(const Shape& shape);

std::string to_string(const Region& region);

/// How an array is cut into chunks: pure arithmetic, any number of dimensions.
///
/// Chunks on the upper edge are clipped: with shape {250, 100} and chunk shape {100, 100}, chunk {2, 0} has
/// extent {50, 100}. An array with an empty dimension has no chunks, a scalar has one.
class ChunkGrid {
  public:
    /// @throws ConfigError  a chunk dimension is 0, the dimensions differ in number, or a product exceeds 64 bits
    ChunkGrid(Shape shape, Shape chunk_shape);

    const Shape& shape() const { return shape_; }
    const Shape& chunk_shape() const { return chunk_shape_; }
    /// Chunks along each dimension.
    const Shape& grid_shape() const { return grid_shape_; }
    std::uint64_t chunk_count() const { return chunk_count_; }

    /// Chunks are numbered row-major, the last dimension fastest.
    /// @throws std::out_of_range  chunk >= chunk_count()
    ChunkIndex index(std::uint64_t chunk) const;
    /// @throws std::out_of_range  outside grid_shape()
    std::uint64_t number(const ChunkIndex& index) const;
    /// The elements of a chunk that belong to the array.
    /// @throws std::out_of_range  chunk >= chunk_count()
    Region region(std::uint64_t chunk) const;
    /// The chunk that holds an element.
    /// @throws std::out_of_range  outside shape()
    std::uint64_t chunk_of(const Shape& element) const;

    friend bool operator==(const ChunkGrid&, const ChunkGrid&) = default;

  private:
    Shape shape_;
    Shape chunk_shape_;
    Shape grid_shape_;
    std::uint64_t chunk_count_;
};

}  // namespace rankpool
