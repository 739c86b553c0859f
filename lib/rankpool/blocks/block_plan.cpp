#include <algorithm>
#include <utility>

#include <rankpool/blocks/block_plan.hpp>

namespace rankpool {
namespace {

// Of blocks of a few bytes: a task names and reads them one by one.
constexpr std::uint64_t blocks_per_task_max = 4096;

std::uint64_t blocks_in(std::uint64_t task_bytes, std::uint64_t block_bytes) {
    return std::clamp<std::uint64_t>(task_bytes / block_bytes, 1, blocks_per_task_max);
}

std::uint64_t bytes_of(const Shape& shape, std::size_t element_bytes) {
    return std::max<std::uint64_t>(1, element_count(shape) * element_bytes);
}

}  // namespace

BlockPlan::BlockPlan(ChunkGrid blocks, Shape task_shape)
    : blocks_(std::move(blocks)), tasks_(blocks_.grid_shape(), std::move(task_shape)) {}

std::vector<Region> BlockPlan::blocks(std::uint64_t task) const {
    std::vector<Region> regions;
    const Region box = tasks_.region(task);
    const ChunkGrid each(box.extent, Shape(box.extent.size(), 1));
    for (std::uint64_t i = 0; i < each.chunk_count(); ++i) {
        ChunkIndex index = each.index(i);
        for (std::size_t d = 0; d < index.size(); ++d) index[d] += box.offset[d];
        regions.push_back(blocks_.region(blocks_.number(index)));
    }
    return regions;
}

Region BlockPlan::region(std::uint64_t task) const {
    Region region = tasks_.region(task);
    for (std::size_t d = 0; d < region.offset.size(); ++d) {
        const std::uint64_t end = (region.offset[d] + region.extent[d]) * blocks_.chunk_shape()[d];
        region.offset[d] *= blocks_.chunk_shape()[d];
        region.extent[d] = std::min(end, blocks_.shape()[d]) - region.offset[d];
    }
    return region;
}

BlockPlan plan_by_chunks(const ChunkGrid& chunks, std::size_t element_bytes, std::uint64_t task_bytes) {
    std::uint64_t room = blocks_in(task_bytes, bytes_of(chunks.chunk_shape(), element_bytes));
    Shape task_shape(chunks.grid_shape().size(), 1);
    for (std::size_t d = task_shape.size(); d-- > 0;) {
        const std::uint64_t length = std::max<std::uint64_t>(1, chunks.grid_shape()[d]);
        task_shape[d] = std::min(length, room);
        if (task_shape[d] != length) break;  // The dimensions before would change the order of the blocks.
        room = std::max<std::uint64_t>(1, room / length);
    }
    return {chunks, task_shape};
}

ChunkGrid output_blocks(const ChunkGrid& output, const std::vector<Shape>& input_chunk_shapes) {
    Shape block_shape = output.chunk_shape();
    for (std::size_t d = 0; d < block_shape.size(); ++d) {
        const std::uint64_t chunk = block_shape[d];
        for (const Shape& input : input_chunk_shapes) {
            const std::uint64_t wanted = std::min(input[d], std::max<std::uint64_t>(1, output.shape()[d]));
            block_shape[d] = std::max(block_shape[d], (wanted + chunk - 1) / chunk * chunk);
        }
    }
    return {output.shape(), block_shape};
}

BlockPlan plan_by_boxes(const ChunkGrid& blocks, std::size_t element_bytes, std::uint64_t task_bytes,
                        std::uint64_t task_count_min) {
    const std::uint64_t most =
        std::max<std::uint64_t>(1, blocks.chunk_count() / std::max<std::uint64_t>(1, task_count_min));
    const std::uint64_t room = std::min(most, blocks_in(task_bytes, bytes_of(blocks.chunk_shape(), element_bytes)));
    Shape task_shape(blocks.grid_shape().size(), 1);
    // Always longer where the box is shortest; the later dimension first, whose blocks lie nearer in the file.
    for (;;) {
        std::size_t shortest = task_shape.size();
        for (std::size_t d = task_shape.size(); d-- > 0;) {
            const std::uint64_t length = task_shape[d] * blocks.chunk_shape()[d];
            const bool can_grow = task_shape[d] < blocks.grid_shape()[d] &&
                                  element_count(task_shape) / task_shape[d] * (task_shape[d] + 1) <= room;
            if (can_grow &&
                (shortest == task_shape.size() || length < task_shape[shortest] * blocks.chunk_shape()[shortest])) {
                shortest = d;
            }
        }
        if (shortest == task_shape.size()) return {blocks, task_shape};
        ++task_shape[shortest];
    }
}

ChunkGrid row_blocks(const ChunkGrid& chunks) {
    Shape block_shape = chunks.chunk_shape();
    for (std::size_t d = 1; d < block_shape.size(); ++d) {
        block_shape[d] = std::max<std::uint64_t>(1, chunks.shape()[d]);
    }
    // With a first dimension of 1, say, the blocks could be far smaller, but then they are few.
    return {chunks.shape(), block_shape};
}

}  // namespace rankpool
