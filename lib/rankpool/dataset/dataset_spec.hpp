#pragma once

#include <string>
#include <string_view>

namespace rankpool {

/// A dataset as people write it on a command line: `run.h5:/group/data`.
struct DatasetSpec {
    std::string path;
    std::string dataset;  ///< Starts with '/'.
    friend bool operator==(const DatasetSpec&, const DatasetSpec&) = default;
};

/// Splits `FILE:DATASET`. Both may have colons in them: the longest FILE that exists wins, else the last `:/` or colon
/// separates. Looks at the file system, and into the file for a better message where the dataset was left out.
/// @throws ConfigError  file or dataset is not given
DatasetSpec parse_dataset_spec(std::string_view text);

}  // namespace rankpool
