#pragma once

/// Chunked arrays in HDF5 files.

#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/dataset_error.hpp>
#include <rankpool/dataset/dataset_spec.hpp>
#include <rankpool/dataset/output_file.hpp>
