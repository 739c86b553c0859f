#pragma once

#include <cstdint>
#include <vector>

#include <rankpool/dataset/grid.hpp>

namespace rankpool {

/// How an array is cut into blocks, and these into tasks: pure arithmetic, the same on every rank.
///
/// A block is what a user's function sees at a time; a task works on a box of neighbouring blocks, one after the other.
class BlockPlan {
  public:
    /// @param task_shape  blocks per task along each dimension
    BlockPlan(ChunkGrid blocks, Shape task_shape);

    std::uint64_t task_count() const { return tasks_.chunk_count(); }
    /// The blocks of a task, row-major.
    std::vector<Region> blocks(std::uint64_t task) const;
    /// What the blocks of a task cover.
    Region region(std::uint64_t task) const;
    const ChunkGrid& grid() const { return blocks_; }
    const Shape& task_shape() const { return tasks_.chunk_shape(); }

    friend bool operator==(const BlockPlan&, const BlockPlan&) = default;

  private:
    ChunkGrid blocks_;
    ChunkGrid tasks_;  // Of the grid of blocks.
};

/// Blocks of one chunk; as many per task as have about `task_bytes`, in the order of their numbers. It depends on
/// nothing but the array, so that what is combined is combined alike on any number of ranks.
BlockPlan plan_by_chunks(const ChunkGrid& chunks, std::size_t element_bytes, std::uint64_t task_bytes);

/// Blocks that are whole chunks of the output and so large that a chunk of any input is needed by few of them: at least
/// as long as the inputs' chunks in every dimension.
ChunkGrid output_blocks(const ChunkGrid& output, const std::vector<Shape>& input_chunk_shapes);

/// Tasks that are boxes as near to a cube as they can be, of about `task_bytes`, but so small that `task_count_min` of
/// them exist: their blocks share most of their neighbours.
BlockPlan plan_by_boxes(const ChunkGrid& blocks, std::size_t element_bytes, std::uint64_t task_bytes,
                        std::uint64_t task_count_min);

/// Blocks of whole rows of chunks: their elements follow each other in the array as they do in the block.
ChunkGrid row_blocks(const ChunkGrid& chunks);

}  // namespace rankpool
