#pragma once

/// Chunked arrays in HDF5 files, and operations on their blocks that run on an executor. A Dataset is a small value and
/// can be an argument or result of tasks.

#include <rankpool/blocks/blocks.hpp>
#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/dataset_error.hpp>
#include <rankpool/dataset/dataset_spec.hpp>
#include <rankpool/dataset/output_file.hpp>
