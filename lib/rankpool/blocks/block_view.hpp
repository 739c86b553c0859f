#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <rankpool/dataset/grid.hpp>

namespace rankpool {

/// The elements of one block of a dataset, borrowed: row-major, and where in the dataset they are. T is const for
/// blocks that are read.
template <class T>
class BlockView {
  public:
    using Value = T;

    /// Both must outlive the view.
    BlockView(T* data, const Region& region) : data_(data), region_(&region) {}

    /// Where the block lies in the dataset.
    const Region& region() const { return *region_; }
    std::size_t dimension_count() const { return region_->extent.size(); }
    std::size_t extent(std::size_t dimension) const { return static_cast<std::size_t>(region_->extent[dimension]); }
    std::size_t size() const { return static_cast<std::size_t>(region_->element_count()); }

    /// All elements, in a row.
    std::span<T> elements() const { return {data_, size()}; }
    T* begin() const { return data_; }
    T* end() const { return data_ + size(); }
    T& operator[](std::size_t position) const { return data_[position]; }

    /// One element by its place in the block, one index per dimension, counted from the block's first element.
    template <class... Index>
    T& operator()(Index... index) const {
        std::size_t position = 0;
        std::size_t dimension = 0;
        ((position = position * extent(dimension++) + static_cast<std::size_t>(index)), ...);
        return data_[position];
    }

  private:
    T* data_;
    const Region* region_;
};

/// A block and the elements around it that a stencil needs. Elements are counted from the block's first one, so those
/// of the halo have negative indices: `in(i - 1, j)`.
template <class T>
class HaloView {
  public:
    using Value = T;

    /// @param data  the elements of the block and of its halo, row-major
    HaloView(T* data, const Region& region, const Shape& halo) : data_(data), region_(&region), halo_(&halo) {}

    /// Where the block lies, without its halo.
    const Region& region() const { return *region_; }
    std::size_t dimension_count() const { return region_->extent.size(); }
    std::size_t extent(std::size_t dimension) const { return static_cast<std::size_t>(region_->extent[dimension]); }
    std::size_t halo(std::size_t dimension) const { return static_cast<std::size_t>((*halo_)[dimension]); }
    /// How far the next element of a dimension lies in memory.
    std::ptrdiff_t stride(std::size_t dimension) const {
        std::size_t stride = 1;
        for (std::size_t i = dimension_count(); --i > dimension;) stride *= extent(i) + 2 * halo(i);
        return static_cast<std::ptrdiff_t>(stride);
    }

    /// @param index  one per dimension, from -halo to extent + halo - 1
    template <class... Index>
    T& operator()(Index... index) const {
        return *at(index...);
    }
    /// The same as a pointer, for loops along the last dimension, whose elements follow each other.
    template <class... Index>
    T* at(Index... index) const {
        std::ptrdiff_t position = 0;
        std::size_t dimension = 0;
        ((position = position * static_cast<std::ptrdiff_t>(extent(dimension) + 2 * halo(dimension)) +
                     static_cast<std::ptrdiff_t>(index) + static_cast<std::ptrdiff_t>(halo(dimension)),
          ++dimension),
         ...);
        return data_ + position;
    }

  private:
    T* data_;
    const Region* region_;
    const Shape* halo_;
};

}  // namespace rankpool
