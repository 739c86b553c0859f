#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <rankpool/dataset/grid.hpp>

namespace rankpool::apps::plain {

// What one process does with HDF5 alone: the reference that `rankpool bench h5` compares with. Arrays have two
// dimensions and hold doubles.

/// A dataset `/data` open for reading or made anew with shuffle and gzip of level 1.
class Field {
  public:
    static Field open(const std::string& path);
    static Field create(const std::string& path, const Shape& shape, const Shape& chunk_shape);
    Field(const Field&) = delete;
    Field& operator=(const Field&) = delete;
    ~Field();

    void read(const Region& region, std::span<double> out) const;
    void write(const Region& region, std::span<const double> elements) const;

  private:
    Field(std::int64_t file, std::int64_t dataset) : file_(file), dataset_(dataset) {}
    std::int64_t file_;
    std::int64_t dataset_;
};

}  // namespace rankpool::apps::plain
