#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>

#include <rankpool/blocks/block_options.hpp>
#include <rankpool/dataset/dataset.hpp>
#include <rankpool/executor/executor.hpp>
#include <rankpool/executor/waiting.hpp>
#include <rankpool/observe/progress.hpp>

namespace rankpool::apps {

/// Runs the body of an h5 subcommand on all ranks, or on threads when started by hand; rank 0 computes, too. What goes
/// wrong becomes one message and an exit code.
int run_h5(const std::function<int(Executor&)>& body);

/// What a person named: a file, or one dataset of it.
struct FileOrDataset {
    std::string path;
    std::string dataset;  ///< Empty: the file.
};
/// `FILE` or `FILE:DATASET`.
/// @throws ConfigError  there is no such file
FileOrDataset parse_file_or_dataset(const std::string& text);
/// One dataset; of a file with a single dataset, that one.
/// @throws ConfigError  which one is meant is not clear: the text lists them
Dataset parse_dataset(const std::string& text);

/// Shows how far a block operation is while its future is waited for: MiB, MiB per second, time left.
class ShownProgress {
  public:
    ShownProgress();
    /// Options for an operation that is shown.
    BlockOptions options();
    /// Several operations in a row count as one of so many bytes.
    void expect(std::uint64_t bytes) { total_ = bytes; }

    template <class T>
    T wait(const Future<T>& future) {
        while (!is_done(future)) update();
        before_ += of_this_.load();
        of_this_ = 0;
        meter_.hide();
        return future.result();
    }

  private:
    template <class T>
    static bool is_done(const Future<T>& future) {
        return !rankpool::wait<T>({future}, std::chrono::milliseconds(200)).done.empty();
    }
    void update();

    ProgressMeter meter_;
    std::atomic<std::uint64_t> of_this_ = 0;
    std::atomic<std::uint64_t> total_of_this_ = 0;
    std::uint64_t before_ = 0;
    std::uint64_t total_ = 0;
};

/// `gzip:4,shuffle`, `none`…
/// @throws ConfigError
Filters parse_filters(const std::string& text);
/// `256,256`
/// @throws ConfigError
Shape parse_shape(const std::string& text);

}  // namespace rankpool::apps
