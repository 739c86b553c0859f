#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/grid.hpp>

namespace rankpool {
namespace {

Shape checked_grid_shape(const Shape& shape, const Shape& chunk_shape) {
    if (shape.size() != chunk_shape.size()) {
        throw ConfigError("shape " + to_string(shape) + " and chunk shape " + to_string(chunk_shape) +
                          " differ in their number of dimensions: give one chunk length per dimension");
    }
    Shape grid_shape(shape.size());
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (chunk_shape[i] == 0) {
            throw ConfigError("chunk shape " + to_string(chunk_shape) + " has an empty dimension: use at least 1");
        }
        grid_shape[i] = shape[i] / chunk_shape[i] + (shape[i] % chunk_shape[i] != 0 ? 1 : 0);
    }
    return grid_shape;
}

[[noreturn]] void outside(const std::string& what, const std::string& limit) {
    throw std::out_of_range(what + " lies outside " + limit);
}

}  // namespace

std::uint64_t element_count(const Shape& shape) {
    if (std::ranges::find(shape, 0U) != shape.end()) return 0;
    std::uint64_t count = 1;
    for (const std::uint64_t length : shape) {
        if (count > std::numeric_limits<std::uint64_t>::max() / length) {
            throw ConfigError("shape " + to_string(shape) + " has more elements than 64 bits can count");
        }
        count *= length;
    }
    return count;
}

std::string to_string(const Shape& shape) {
    std::string text = "{";
    for (const std::uint64_t length : shape) {
        if (text.size() > 1) text += ", ";
        text += std::to_string(length);
    }
    return text + '}';
}

bool Region::fits_in(const Shape& shape) const {
    if (offset.size() != shape.size() || extent.size() != shape.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (offset[i] > shape[i] || extent[i] > shape[i] - offset[i]) return false;
    }
    return true;
}

Region whole(const Shape& shape) { return {Shape(shape.size(), 0), shape}; }

std::string to_string(const Region& region) {
    return to_string(region.extent) + " elements from " + to_string(region.offset);
}

ChunkGrid::ChunkGrid(Shape shape, Shape chunk_shape)
    : shape_(std::move(shape)),
      chunk_shape_(std::move(chunk_shape)),
      grid_shape_(checked_grid_shape(shape_, chunk_shape_)),
      chunk_count_(element_count(grid_shape_)) {
    (void)element_count(shape_);
    (void)element_count(chunk_shape_);
}

ChunkIndex ChunkGrid::index(std::uint64_t chunk) const {
    if (chunk >= chunk_count_) {
        outside("chunk " + std::to_string(chunk), "the grid of " + std::to_string(chunk_count_) + " chunks");
    }
    ChunkIndex index(grid_shape_.size());
    for (std::size_t i = grid_shape_.size(); i-- > 0;) {
        index[i] = chunk % grid_shape_[i];
        chunk /= grid_shape_[i];
    }
    return index;
}

std::uint64_t ChunkGrid::number(const ChunkIndex& index) const {
    if (!Region{index, Shape(index.size(), 1)}.fits_in(grid_shape_)) {
        outside("chunk " + to_string(index), "the grid " + to_string(grid_shape_));
    }
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < index.size(); ++i) number = number * grid_shape_[i] + index[i];
    return number;
}

Region ChunkGrid::region(std::uint64_t chunk) const {
    Region region{index(chunk), Shape(shape_.size())};
    for (std::size_t i = 0; i < shape_.size(); ++i) {
        region.offset[i] *= chunk_shape_[i];
        region.extent[i] = std::min(chunk_shape_[i], shape_[i] - region.offset[i]);
    }
    return region;
}

std::uint64_t ChunkGrid::chunk_of(const Shape& element) const {
    if (!Region{element, Shape(element.size(), 1)}.fits_in(shape_)) {
        outside("element " + to_string(element), "the shape " + to_string(shape_));
    }
    ChunkIndex index(element);
    for (std::size_t i = 0; i < index.size(); ++i) index[i] /= chunk_shape_[i];
    return number(index);
}

}  // namespace rankpool
