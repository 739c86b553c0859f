#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <rankpool/dataset/box.hpp>
#include <rankpool/dataset/dataset_info.hpp>
#include <rankpool/dataset/detail/chunk_table.hpp>
#include <rankpool/dataset/detail/decoded_chunks.hpp>
#include <rankpool/dataset/detail/file_bytes.hpp>
#include <rankpool/dataset/detail/hdf5.hpp>
#include <rankpool/dataset/filter_pipeline.hpp>

namespace rankpool::detail {

/// A dataset whose elements are read from the file without HDF5: the places of its chunks are known, and so are its
/// filters. Any number of threads may read at once, without a lock.
class RawDataset {
  public:
    struct Parts {
        Place place;
        DatasetInfo info;
        FilterPipeline pipeline;               ///< Of chunks.
        std::vector<std::byte> fill;           ///< One element, in this machine's byte order.
        std::optional<ChunkTable> table;       ///< Of chunks; else the elements lie together, from `address` on.
        std::optional<std::uint64_t> address;  ///< None: nothing was ever written.
    };
    RawDataset(std::unique_ptr<FileBytes> file, Parts parts);

    const DatasetInfo& info() const { return parts_.info; }
    const ChunkGrid& grid() const { return grid_; }
    const FilterPipeline& pipeline() const { return parts_.pipeline; }
    const ChunkTable* table() const { return parts_.table ? &*parts_.table : nullptr; }
    std::size_t full_chunk_bytes() const { return chunk_bytes_; }
    /// One element of the value that elements nobody wrote have.
    BytesView fill() const { return parts_.fill; }
    bool is_written(std::uint64_t chunk) const { return !parts_.table || parts_.table->find(chunk) != nullptr; }

    /// Reads a region as the elements are, in this machine's byte order.
    /// @param out  has room for all of the region
    /// @throws DatasetError  damaged, truncated: names the chunk
    void read(const Region& region, std::byte* out) const;
    /// A chunk's bytes as they lie in the file; none if nobody wrote it. For chunked datasets.
    std::optional<EncodedChunk> read_stored(std::uint64_t chunk) const;
    /// Decodes and checks a chunk without keeping it.
    void verify(std::uint64_t chunk) const;

  private:
    void read_chunked(const Region& region, std::byte* out) const;
    void read_contiguous(const Region& region, std::byte* out) const;
    void decode_stored(std::uint64_t chunk, const StoredChunk& stored, std::span<std::byte> out) const;
    std::shared_ptr<const Bytes> decoded(std::uint64_t chunk, const StoredChunk& stored) const;
    Bytes stored_bytes(std::uint64_t chunk, const StoredChunk& stored) const;
    void to_native(std::span<std::byte> elements) const;
    [[noreturn]] void throw_damaged(std::uint64_t chunk, const StoredChunk& stored, const std::string& why) const;

    std::unique_ptr<FileBytes> file_;
    Parts parts_;
    ChunkGrid grid_;
    std::size_t chunk_bytes_;
    bool is_swapped_;
    mutable DecodedChunks decoded_;
};

}  // namespace rankpool::detail
