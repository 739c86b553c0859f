#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <rankpool/blocks/block_plan.hpp>
#include <rankpool/blocks/boundary.hpp>
#include <rankpool/blocks/detail/crossing.hpp>
#include <rankpool/dataset/element_type.hpp>
#include <rankpool/dataset/filter_pipeline.hpp>
#include <rankpool/dataset/plain_storage.hpp>

namespace rankpool::detail {

/// What a rank must know of a dataset to make chunks for it.
struct OutputForm {
    Shape shape;
    Shape chunk_shape;
    std::uint64_t element_bytes = 0;
    FilterPipeline pipeline;
    std::vector<std::byte> fill;               ///< One element: what lies beyond the edge in clipped chunks.
    bool is_swapped = false;                   ///< The file has another byte order than memory.
    std::optional<PlainStorage> storage = {};  ///< Where ranks that see the file write themselves.
};

/// What all tasks of one operation share.
struct MapJob {
    std::vector<Dataset> inputs;
    std::vector<OutputForm> outputs;
    BlockPlan plan{ChunkGrid({}, {}), {}};
    Shape halo;
    Boundary boundary;
};

/// A chunk that a task made.
struct MadeChunk {
    std::uint32_t output = 0;
    std::uint64_t chunk = 0;
    EncodedChunk content;
    std::uint64_t bytes_in_place = 0;  ///< Not 0: this many were written where they belong already.
};
using MadeChunks = std::vector<MadeChunk>;

/// Encodes the chunks of an output that a block covers; it covers them completely. Or writes them, where this rank can.
/// @param elements  of the block
void add_chunks(MadeChunks& made, std::uint32_t output, const OutputForm& form, const Region& block,
                BytesView elements);

}  // namespace rankpool::detail

namespace rankpool {

template <>
struct Codec<BlockPlan> {
    static void write(ByteWriter& writer, const BlockPlan& plan);
    static BlockPlan read(ByteReader& reader);
};
template <>
struct Codec<detail::MapJob> {
    static void write(ByteWriter& writer, const detail::MapJob& job);
    static detail::MapJob read(ByteReader& reader);
};
template <>
struct Codec<detail::MadeChunk> {
    static void write(ByteWriter& writer, const detail::MadeChunk& made);
    static detail::MadeChunk read(ByteReader& reader);
};

}  // namespace rankpool
