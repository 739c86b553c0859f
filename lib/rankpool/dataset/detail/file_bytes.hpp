#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace rankpool::detail {

/// A file open for reading bytes at given places, by any number of threads at once.
class FileBytes {
  public:
    /// @throws DatasetError  it cannot be opened
    explicit FileBytes(const std::string& path);
    FileBytes(const FileBytes&) = delete;
    FileBytes& operator=(const FileBytes&) = delete;
    ~FileBytes();

    const std::string& path() const { return path_; }
    /// As the file is now.
    std::uint64_t size() const;
    /// Reads as many bytes as there are from `offset` on, at most `out.size()`.
    /// @throws DatasetError  the system refuses
    std::size_t read_some(std::uint64_t offset, std::span<std::byte> out) const;

  private:
    std::string path_;
    int descriptor_ = -1;
};

}  // namespace rankpool::detail
