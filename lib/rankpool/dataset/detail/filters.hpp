#pragma once

#include <rankpool/dataset/dataset_options.hpp>

namespace rankpool::detail {

// As registered with The HDF Group; hdf5.h calls the first ones H5Z_FILTER_….
inline constexpr int gzip_id = 1;
inline constexpr int shuffle_id = 2;
inline constexpr int checksum_id = 3;
inline constexpr int lz4_id = 32004;
inline constexpr int zstd_id = 32015;

/// @throws ConfigError  more than one of them compresses
void check_compressed_once(const Filters& filters);

}  // namespace rankpool::detail
