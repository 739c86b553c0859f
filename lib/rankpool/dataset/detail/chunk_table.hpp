#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <rankpool/dataset/detail/chunk_index_address.hpp>
#include <rankpool/dataset/grid.hpp>

namespace rankpool::detail {

/// Where a chunk lies.
struct StoredChunk {
    std::uint64_t address = 0;  ///< From the file's first byte.
    std::uint32_t bytes = 0;
    std::uint32_t skipped_filters = 0;
    friend bool operator==(const StoredChunk&, const StoredChunk&) = default;
};

/// All chunks of a dataset that were ever written, by number. Finding one is a few memory accesses, and any number of
/// threads may do it at once.
class ChunkTable {
  public:
    /// @param chunks  in any order; a number that occurs twice makes the table invalid
    ChunkTable(std::uint64_t grid_chunk_count, std::vector<std::pair<std::uint64_t, StoredChunk>> chunks);

    bool is_valid() const { return is_valid_; }
    std::uint64_t stored_count() const { return chunks_.size(); }
    /// Null: nobody wrote that chunk.
    const StoredChunk* find(std::uint64_t chunk) const;
    /// In the order of their numbers.
    const std::vector<std::pair<std::uint64_t, StoredChunk>>& all() const { return chunks_; }

  private:
    std::vector<std::pair<std::uint64_t, StoredChunk>> chunks_;
    bool is_complete_ = false;  // All chunks of the grid are there, each at its own number.
    bool is_valid_ = true;
};

/// Walks the version-1 B-tree that indexes the chunks of files in the usual format. None where it makes no sense.
/// Source: HDF5 File Format Specification 3.0, section III.A.1.
std::optional<ChunkTable> read_chunk_btree(const FormatReader& reader, const ChunkIndexAddress& root,
                                           const ChunkGrid& grid);

}  // namespace rankpool::detail
