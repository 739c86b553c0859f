#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <rankpool/core/bytes.hpp>
#include <rankpool/dataset/detail/open_dataset.hpp>

namespace rankpool::detail {

/// Checks that `region` lies in the shape and `count` elements fill it.
/// @throws std::out_of_range, std::invalid_argument
void check_region(const Place& place, const Shape& shape, const Region& region, std::uint64_t count);

/// Checks that elements of the dataset can become elements of `memory`, and the other way round: whole numbers become
/// floats, floats never whole numbers.
/// @throws DatasetError  wrong_type
void check_readable_as(const OpenDataset& dataset, ElementType memory);
void check_writable_from(const OpenDataset& dataset, ElementType memory);

/// Reads a region, converting the elements. Values that do not fit are an error, not clipped.
void read_region(const Hdf5Lock& lock, const OpenDataset& dataset, const Region& region, ElementType memory, void* out);

/// Reads a region of elements of any kind that are complete where they lie, without converting them.
/// @throws DatasetError  wrong_type: they are not complete
void read_region_as_it_is(const Hdf5Lock& lock, const OpenDataset& dataset, const Region& region,
                          std::span<std::byte> out);

/// Reads a region of elements of any kind, to see whether that works.
void read_and_forget(const Hdf5Lock& lock, const OpenDataset& dataset, const Region& region);

/// Writes a region, likewise.
void write_region(const Hdf5Lock& lock, const OpenDataset& dataset, const Region& region, ElementType memory,
                  const void* elements);
/// Writes elements as they lie in memory.
void write_region_as_it_is(const Hdf5Lock& lock, const OpenDataset& dataset, const Region& region, BytesView elements);

}  // namespace rankpool::detail
