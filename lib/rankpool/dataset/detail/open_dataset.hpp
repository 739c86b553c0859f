#pragma once

#include <optional>
#include <string>
#include <vector>

#include <rankpool/dataset/dataset_info.hpp>
#include <rankpool/dataset/detail/hdf5.hpp>
#include <rankpool/dataset/detail/raw_opening.hpp>

namespace rankpool::detail {

/// A dataset of an open file, and what must be known to read it.
struct OpenDataset {
    Place place;
    Handle id;
    DatasetInfo info;
    std::optional<RawOpening> raw = {};  ///< Once somebody asked.
};

/// One element of what elements nobody wrote read as, in this machine's byte order.
std::vector<std::byte> fill_of(const OpenDataset& dataset);

/// How to read the dataset without HDF5, or why not. Finds out at the first call.
const RawOpening& raw_opening(const Hdf5Lock& lock, OpenDataset& dataset);

/// Opens a file that exists.
/// @throws DatasetError  says what is wrong with it
Handle open_file(const std::string& path, unsigned access);

/// Opens a dataset with a chunk cache of the right size: none for unfiltered chunks, which HDF5 then reads straight
/// into our memory; one row of chunks for filtered ones, so that reading row by row decodes every chunk once.
/// @throws DatasetError  there is none of that name: the text lists those there are
OpenDataset open_dataset(hid_t file, const Place& place);

}  // namespace rankpool::detail
