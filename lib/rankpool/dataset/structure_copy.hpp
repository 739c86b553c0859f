#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <rankpool/dataset/dataset_info.hpp>
#include <rankpool/dataset/dataset_options.hpp>
#include <rankpool/dataset/output_file.hpp>

namespace rankpool {

/// How a dataset's copy shall lie in its file; what is not given stays.
struct LayoutChange {
    std::optional<Shape> chunk_shape = {};  ///< Longer than a dimension: clipped.
    std::optional<Filters> filters = {};    ///< Datasets that are not chunked become so where there are any.
};

/// A copied dataset whose elements are still missing: fill it with copy(), on all ranks.
struct UnfilledDataset {
    std::string name;
    OutputDataset output;
};

/// Copies an HDF5 file but for the elements of its large datasets: groups, hard, soft and external links, named types,
/// attributes, dimension scales, references, user-defined fill values, and the elements of small datasets and of those
/// that only HDF5 can read (texts of any length, references).
///
/// @param change  asked for each dataset that numbers or other elements of fixed size make up
/// @returns the datasets that remain to be filled
/// @throws DatasetError  says what cannot be copied
std::vector<UnfilledDataset> copy_structure(
    OutputFile& output, const std::string& source,
    const std::function<LayoutChange(const std::string&, const DatasetInfo&)>& change);

/// The same for one dataset, with its attributes but those that refer to other objects.
std::vector<UnfilledDataset> copy_structure_of(OutputFile& output, const std::string& source,
                                               const std::string& dataset, const LayoutChange& change);

}  // namespace rankpool
