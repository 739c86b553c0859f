#pragma once

#include <string>

namespace rankpool::detail {

/// The file a result is written to before it gets its name: `NAME.part-<process>` beside NAME, so that the renaming
/// stays within one file system. Knows the operating system's side only.
class PartFile {
  public:
    /// Makes the part file, empty, with the rights any new file would get.
    /// @param target  a symbolic link is followed: what it points to will be replaced
    /// @throws DatasetError  the directory is missing, not writable, full; or NAME is one, or is write-protected
    explicit PartFile(const std::string& target);

    const std::string& target() const { return target_; }
    const std::string& path() const { return path_; }

    /// Writes a few bytes and removes them: HDF5 does not recover from a disk that is full when it makes a file.
    /// @throws DatasetError  disk_full
    void check_disk() const;
    /// Waits until the content is on the disk, then gives it the name; a reader sees the old file or the new one.
    /// @throws DatasetError  the target is as it was
    void publish() const;
    void remove() const noexcept;

  private:
    std::string target_;
    std::string path_;
};

}  // namespace rankpool::detail
