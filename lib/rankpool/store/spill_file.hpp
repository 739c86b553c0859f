#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <rankpool/core/bytes.hpp>
#include <rankpool/task/stored_value.hpp>

namespace rankpool {

/// A file on a disk of this machine for values that have no room in memory. It has no name, or loses it at once, so
/// nothing is left of it however the process ends; only this user can read it. Thread-safe.
class SpillFile {
  public:
    /// Room in the file that holds one value; given back when the last share of it goes.
    class Place;
    using PlaceRef = std::shared_ptr<const Place>;

    /// @param bytes_max  as much is taken of the disk, at most
    /// @throws Error  no file can be made in that directory
    static std::shared_ptr<SpillFile> open(const std::string& directory, std::uint64_t bytes_max);
    ~SpillFile();
    SpillFile(const SpillFile&) = delete;
    SpillFile& operator=(const SpillFile&) = delete;

    /// Writes a value; null if there is no room, see why_full().
    static PlaceRef write(const std::shared_ptr<SpillFile>& file, StoredValue& value);
    /// Reads one back, packed.
    /// @throws Error  the disk does not give it back
    static Bytes read(const Place& place);

    std::uint64_t used() const;
    std::uint64_t bytes_max() const;
    /// Why the last write found no room: the disk's own words, or empty if the bound was met.
    std::string why_full() const;

  private:
    struct Extent {
        std::uint64_t start;
        std::uint64_t size;
    };
    SpillFile(int file, std::string directory, std::uint64_t bytes_max)
        : file_(file), directory_(std::move(directory)), bytes_max_(bytes_max) {}
    bool allocate(std::uint64_t size, std::vector<Extent>& extents);
    void free(const Extent& extent);
    bool write_at(std::uint64_t offset, BytesView bytes);

    const int file_;
    const std::string directory_;
    mutable std::mutex mutex_;  // guards what follows
    std::uint64_t bytes_max_;
    std::uint64_t end_ = 0;
    std::uint64_t used_ = 0;
    std::map<std::uint64_t, std::uint64_t> free_;  // start to size; neighbours are joined
    std::string why_full_;
};

/// True if what is written there takes memory: no place to spill to. False where nobody can tell.
bool is_in_memory(const std::string& directory);

/// Bytes that this user can still write there; 0 where nobody can tell.
std::uint64_t free_disk_bytes(const std::string& directory);

}  // namespace rankpool
