#pragma once

#include <cstdint>
#include <string>

#include <rankpool/core/error.hpp>

namespace rankpool {

/// What went wrong with a file or dataset, for programs that react to it.
enum class DatasetProblem : std::uint8_t {
    file_missing,
    not_readable,
    is_a_directory,
    not_hdf5,
    truncated,
    dataset_missing,
    is_a_group,
    wrong_type,
    value_does_not_fit,
    exists_already,
    disk_full,
    not_writable,
    read_only_file_system,
    locked,
    damaged,
    filter_missing,
    other
};

/// An Hdf5Error about one file, and within it perhaps one dataset.
class DatasetError : public Hdf5Error {
  public:
    DatasetError(DatasetProblem problem, std::string path, std::string dataset, const std::string& text)
        : Hdf5Error(text), problem_(problem), path_(std::move(path)), dataset_(std::move(dataset)) {}

    DatasetProblem problem() const { return problem_; }
    const std::string& path() const { return path_; }
    /// Empty where the file as a whole is the trouble.
    const std::string& dataset() const { return dataset_; }

  private:
    DatasetProblem problem_;
    std::string path_;
    std::string dataset_;
};

}  // namespace rankpool
