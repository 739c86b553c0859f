#pragma once

#include <string>

#include <rankpool/dataset/dataset_error.hpp>

namespace rankpool::detail {

/// What the operating system's error number means for a file of ours, and what to do about it.
struct SystemProblem {
    DatasetProblem problem;
    std::string text;
};
SystemProblem system_problem(int error_number);

/// Refuses what HDF5 should not even try: what is missing, is a directory, a pipe or not readable.
/// @throws DatasetError
void check_can_be_opened(const std::string& path);

/// Explains why HDF5 refused a file that is there; to be called right after the failed call.
[[noreturn]] void throw_open_failure(const std::string& path, bool for_writing);

}  // namespace rankpool::detail
