#pragma once

#include <memory>
#include <string>

#include <rankpool/dataset/detail/raw_dataset.hpp>

namespace rankpool::detail {

struct OpenDataset;

/// How a dataset is read: without HDF5 where that is possible, else for a reason that people may want to know.
struct RawOpening {
    std::shared_ptr<const RawDataset> dataset;
    std::string reason_against;  ///< Empty: there is a RawDataset.
};

/// Finds out where the elements of a dataset lie, and compares the first chunk with what HDF5 reads.
RawOpening open_raw(const Hdf5Lock& lock, const OpenDataset& dataset);

}  // namespace rankpool::detail
