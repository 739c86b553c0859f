#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <sys/types.h>

#include <rankpool/dataset/detail/open_dataset.hpp>

namespace rankpool::detail {

/// What tells one state of a file from another: which file it is, how long, when last written.
struct FileStamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t bytes = 0;
    std::int64_t modified_ns = 0;
    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// Keeps the files and datasets this process reads open. A file that was replaced or changed meanwhile is opened anew
/// at the next use.
class FileCache {
  public:
    /// The process's own. It is never destroyed: HDF5 closes what is still open when the process exits.
    static FileCache& instance(const Hdf5Lock& lock);

    /// Opens what is not open yet. The reference holds until the next call.
    /// @throws DatasetError
    OpenDataset& dataset(const Hdf5Lock& lock, const Place& place);
    /// An open file, borrowed.
    hid_t file(const Hdf5Lock& lock, const std::string& path);

    /// Closes a file, whatever the names it was opened by.
    void close(const Hdf5Lock& lock, const std::string& path);
    void close_all(const Hdf5Lock& lock);
    std::size_t file_count() const { return files_.size(); }

  private:
    struct OpenFile {
        Handle id;
        FileStamp stamp;
        std::map<std::string, OpenDataset> datasets;  // After `id`, so they are closed first.
        std::uint64_t last_use = 0;
    };

    OpenFile& open(const std::string& path);
    void make_room();

    std::map<std::string, OpenFile> files_;
    std::uint64_t use_count_ = 0;
};

}  // namespace rankpool::detail
