#pragma once

#include <cstdint>
#include <vector>

#include <rankpool/blocks/block_options.hpp>
#include <rankpool/dataset/dataset.hpp>

namespace rankpool::detail {

/// Checks that there are as many inputs as a function takes, all of one shape, and each can be read as the function
/// wants it.
/// @returns what the first input is
/// @throws ConfigError   they do not fit
/// @throws DatasetError  one cannot be opened or read so
DatasetInfo check_inputs(const std::vector<Dataset>& inputs, const std::vector<ElementType>& types);

[[noreturn]] void throw_empty(const Dataset& dataset);

/// Says once per process and dataset, on stderr, that it is read by HDF5 itself and why: people wonder about the speed.
void notice_slow_reading(const Dataset& dataset);

/// Adds up what is done and passes it on.
class ProgressCount {
  public:
    ProgressCount(const BlockOptions& options, std::uint64_t total) : options_(options), progress_{0, total} {}
    /// Called by one thread at a time.
    void add(std::uint64_t bytes) {
        progress_.bytes_done += bytes;
        if (options_.progress) options_.progress(progress_);
    }

  private:
    BlockOptions options_;
    BlockProgress progress_;
};

}  // namespace rankpool::detail
