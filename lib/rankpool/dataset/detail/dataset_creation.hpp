#pragma once

#include <string>

#include <rankpool/dataset/dataset_options.hpp>
#include <rankpool/dataset/detail/open_dataset.hpp>

namespace rankpool::detail {

/// Makes an HDF5 file in place of an existing one. It holds no times, so that equal content makes equal files, and
/// keeps the order of creation, without which the netCDF library refuses to append.
/// @param place  what messages call it
Handle create_file(const std::string& path, const Place& place);

/// `/group/data` for `group/data`.
/// @throws ConfigError  names no object: empty, `/`, or with empty parts
std::string absolute_name(const std::string& name);

/// Makes a group and those above it; what is there already stays.
void create_groups(hid_t file, const Place& place, const std::string& group);

/// Adds filters to the properties of a dataset that is to be made.
void set_filters(hid_t properties, const Filters& filters, const Place& place);

/// Makes a dataset, and the groups above it.
/// @param options  already completed()
/// @throws DatasetError  exists_already, or HDF5's reason
OpenDataset create_dataset(hid_t file, const Place& place, const DatasetOptions& options);

}  // namespace rankpool::detail
