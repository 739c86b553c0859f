#pragma once

#include <optional>

#include <rankpool/dataset/detail/open_dataset.hpp>
#include <rankpool/dataset/detail/part_file.hpp>
#include <rankpool/dataset/plain_storage.hpp>

namespace rankpool::detail {

/// Has HDF5 give a contiguous dataset its place in the file when it is made, so that others can write there.
/// One with a fill value of its own keeps HDF5's way: it would be written twice.
void allocate_early(hid_t properties, const Place& place);

/// Where others can write the elements of a dataset of a file that is being written; none if HDF5 has not given it a
/// place.
std::optional<PlainStorage> plain_storage(const Hdf5Lock& lock, const OpenDataset& dataset, const PartFile& file);

}  // namespace rankpool::detail
