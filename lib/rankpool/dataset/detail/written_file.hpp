#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <rankpool/dataset/detail/open_dataset.hpp>

namespace rankpool::detail {

/// An HDF5 file open for writing, and the datasets open in it. Unless finish() is called, it is given up: what HDF5
/// still holds in memory does not reach the disk.
///
/// That takes a trick. HDF5 writes what it holds when it closes a file; where that fails, because the disk is full, it
/// frees the file but keeps its identifier, and the process dies by SIGSEGV when it exits (seen with 1.10.8). And a
/// forked child that exits would write its parent's file from a stale copy. So a file that is given up, and any in a
/// forked child, is first redirected to memory: HDF5 writes on and notices nothing.
///
/// Made, used and destroyed under an Hdf5Lock.
class WrittenFile {
  public:
    WrittenFile(Handle file, Place place);
    WrittenFile(const WrittenFile&) = delete;
    WrittenFile& operator=(const WrittenFile&) = delete;
    ~WrittenFile() { give_up(); }

    bool is_open() const { return static_cast<bool>(file_); }
    hid_t id() const { return *file_; }
    /// Keeps a dataset open until the file is closed; afterwards its handle is empty.
    std::shared_ptr<OpenDataset> keep(OpenDataset dataset);

    /// Writes all to the file and closes it.
    /// @throws DatasetError  not everything reached the file; it is given up then
    void finish();
    void give_up() noexcept;

  private:
    static std::vector<WrittenFile*>& all();
    static void redirect_all() noexcept;
    void redirect() const noexcept;
    bool close() noexcept;

    Handle file_;
    Place place_;
    int descriptor_ = -1;
    std::vector<std::shared_ptr<OpenDataset>> datasets_;
};

/// Refuses to let a file grow beyond what this process may make files (`ulimit -f`), a little before the system would:
/// WrittenFile's trick needs the rest, as the limit holds for memory too.
/// @param bytes  length of the file
/// @throws DatasetError  disk_full
void check_file_size_limit(std::uint64_t bytes, const Place& place);
/// @param bytes  to be added to the dataset's file
void check_file_size_limit(const OpenDataset& dataset, std::uint64_t bytes);

}  // namespace rankpool::detail
