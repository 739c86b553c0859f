#include <algorithm>

#include <rankpool/dataset/detail/chunk_table.hpp>

namespace rankpool::detail {
namespace {

constexpr std::uint64_t chunk_node = 1;
constexpr std::size_t node_prefix_bytes = 8;
// What a node of a file with HDF5's own settings takes (64 entries) for up to three dimensions; longer ones cost a
// second read.
constexpr std::size_t usual_node_bytes = 4096;

class BtreeWalk {
  public:
    BtreeWalk(const FormatReader& reader, const ChunkGrid& grid)
        : reader_(&reader),
          grid_(&grid),
          dimensions_(grid.shape().size()),
          key_bytes_(8 + 8 * (dimensions_ + 1)),
          entry_bytes_(key_bytes_ + reader.format().address_bytes) {}

    /// @param level  that the node must have; none for the root, which says it itself
    bool visit(std::uint64_t address, std::optional<std::uint64_t> level) {
        std::vector<std::byte> node = reader_->up_to(address, usual_node_bytes);
        FormatCursor cursor(node);
        if (!cursor.matches("TREE") || cursor.number(1) != chunk_node) return false;
        const std::uint64_t own_level = cursor.number(1);
        const auto entries = static_cast<std::size_t>(cursor.number(2));
        const std::size_t header_bytes = node_prefix_bytes + 2 * reader_->format().address_bytes;
        const std::size_t wanted = header_bytes + entries * entry_bytes_;
        // Levels count down, so that a damaged tree cannot lead in circles.
        if (!cursor.ok() || (level && own_level != *level)) return false;
        if (wanted > node.size()) node = reader_->up_to(address, wanted);
        if (wanted > node.size()) return false;
        cursor = FormatCursor(node);
        cursor.skip(header_bytes);
        for (std::size_t i = 0; i < entries; ++i) {
            if (!entry(cursor, own_level)) return false;
        }
        return true;
    }
    std::vector<std::pair<std::uint64_t, StoredChunk>> take_chunks() { return std::move(chunks_); }

  private:
    bool entry(FormatCursor& cursor, std::uint64_t level) {
        StoredChunk chunk;
        chunk.bytes = static_cast<std::uint32_t>(cursor.number(4));
        chunk.skipped_filters = static_cast<std::uint32_t>(cursor.number(4));
        std::uint64_t number = 0;
        bool is_inside = true;
        for (std::size_t i = 0; i < dimensions_; ++i) {
            const std::uint64_t offset = cursor.number(8);
            const std::uint64_t length = grid_->chunk_shape()[i];
            if (offset % length != 0) return false;
            is_inside = is_inside && offset < grid_->shape()[i];
            number = number * grid_->grid_shape()[i] + offset / length;
        }
        if (cursor.number(8) != 0) return false;
        const std::uint64_t child = cursor.number(reader_->format().address_bytes);
        if (!cursor.ok()) return false;
        // Every node below has at least one chunk of its own, so more entries than chunks cannot be.
        if (++entries_seen_ > 2 * grid_->chunk_count() + 1024) return false;
        if (level != 0) return visit(child, level - 1);
        if (!is_inside) return true;  // Left over from before the dataset shrank.
        chunk.address = reader_->format().base + child;
        if (chunk.address < child) return false;
        chunks_.emplace_back(number, chunk);
        return true;
    }

    const FormatReader* reader_;
    const ChunkGrid* grid_;
    std::size_t dimensions_;
    std::size_t key_bytes_;
    std::size_t entry_bytes_;
    std::uint64_t entries_seen_ = 0;
    std::vector<std::pair<std::uint64_t, StoredChunk>> chunks_;
};

constexpr auto number_of = [](const auto& entry) { return entry.first; };

}  // namespace

ChunkTable::ChunkTable(std::uint64_t grid_chunk_count, std::vector<std::pair<std::uint64_t, StoredChunk>> chunks)
    : chunks_(std::move(chunks)) {
    if (!std::ranges::is_sorted(chunks_, {}, number_of)) std::ranges::sort(chunks_, {}, number_of);
    is_valid_ = std::ranges::adjacent_find(chunks_, {}, number_of) == chunks_.end() &&
                (chunks_.empty() || chunks_.back().first < grid_chunk_count);
    is_complete_ = is_valid_ && chunks_.size() == grid_chunk_count;
}

const StoredChunk* ChunkTable::find(std::uint64_t chunk) const {
    if (is_complete_) return chunk < chunks_.size() ? &chunks_[static_cast<std::size_t>(chunk)].second : nullptr;
    const auto found = std::ranges::lower_bound(chunks_, chunk, {}, number_of);
    return found != chunks_.end() && found->first == chunk ? &found->second : nullptr;
}

std::optional<ChunkTable> read_chunk_btree(const FormatReader& reader, const ChunkIndexAddress& root,
                                           const ChunkGrid& grid) {
    BtreeWalk walk(reader, grid);
    if (root.is_allocated && !walk.visit(root.address, std::nullopt)) return std::nullopt;
    ChunkTable table(grid.chunk_count(), walk.take_chunks());
    if (!table.is_valid()) return std::nullopt;
    return table;
}

}  // namespace rankpool::detail
