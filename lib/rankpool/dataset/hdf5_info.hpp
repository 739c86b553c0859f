#pragma once

#include <string>
#include <vector>

namespace rankpool {

/// A filter this process can apply, or could if its plugin were installed.
struct FilterAvailability {
    int id = 0;
    std::string name;
    bool available = false;
};

/// The HDF5 library as it is linked, for `rankpool info` and bug reports.
struct Hdf5Info {
    std::string version;         ///< Of the library that runs: `1.10.8`.
    std::string header_version;  ///< Of the one rankpool was compiled with.
    bool thread_safe = false;    ///< rankpool does not rely on it.
    std::vector<FilterAvailability> filters;
    std::vector<std::string> plugin_paths;
    std::string file_locking;  ///< HDF5_USE_FILE_LOCKING; empty: not set.
};

Hdf5Info hdf5_info();

/// `gzip`, `shuffle`, `lz4`…; empty for filters that are not well known.
std::string filter_name(int id);

}  // namespace rankpool
