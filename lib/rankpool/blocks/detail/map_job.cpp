#include <bit>
#include <utility>

#include <rankpool/blocks/detail/map_job.hpp>
#include <rankpool/dataset/box.hpp>
#include <rankpool/dataset/byte_order.hpp>

namespace rankpool {
namespace detail {

// Files that are made here are little-endian, and blocks are encoded as they lie in memory.
static_assert(std::endian::native == std::endian::little, "rankpool's block operations need a little-endian machine");

void add_chunks(MadeChunks& made, std::uint32_t output, const OutputForm& form, const Region& block,
                BytesView elements) {
    const ChunkGrid grid(form.shape, form.chunk_shape);
    const auto size = static_cast<std::size_t>(form.element_bytes);
    if (form.storage && write_in_place(*form.storage, form.shape, block, elements, size)) {
        for_each_chunk(grid, block, [&](std::uint64_t chunk, const Region& shared) {
            MadeChunk& written = made.emplace_back();
            written.output = output;
            written.chunk = chunk;
            written.bytes_in_place = shared.element_count() * size;
        });
        return;
    }
    for_each_chunk(grid, block, [&](std::uint64_t chunk, const Region& shared) {
        if (shared == block && block.extent == form.chunk_shape && !form.is_swapped) {
            made.push_back({output, chunk, encode(elements, form.pipeline)});
            return;
        }
        const Region full{shared.offset, form.chunk_shape};
        Bytes padded;
        const Box box{padded.extend(full.element_count() * size), full};
        if (shared.extent != full.extent) fill_elements(box, full, form.fill.data(), size);
        copy_elements({elements.data(), block}, box, shared, size);
        if (form.is_swapped) swap_byte_order({padded.data(), padded.size()}, size);
        made.push_back({output, chunk, encode(padded.view(), form.pipeline)});
    });
}

}  // namespace detail

void Codec<BlockPlan>::write(ByteWriter& writer, const BlockPlan& plan) {
    encode(writer, plan.grid().shape());
    encode(writer, plan.grid().chunk_shape());
    encode(writer, plan.task_shape());
}

BlockPlan Codec<BlockPlan>::read(ByteReader& reader) {
    auto shape = decode<Shape>(reader);
    auto block_shape = decode<Shape>(reader);
    return {ChunkGrid(std::move(shape), std::move(block_shape)), decode<Shape>(reader)};
}

void Codec<detail::MapJob>::write(ByteWriter& writer, const detail::MapJob& job) {
    encode(writer, job.inputs);
    writer.count(job.outputs.size());
    for (const detail::OutputForm& form : job.outputs) {
        encode(writer, form.shape);
        encode(writer, form.chunk_shape);
        writer.value(form.element_bytes);
        encode(writer, form.pipeline);
        encode(writer, form.fill);
        writer.value(static_cast<std::uint8_t>(form.is_swapped));
        encode(writer, form.storage);
    }
    encode(writer, job.plan);
    encode(writer, job.halo);
    encode(writer, job.boundary);
}

detail::MapJob Codec<detail::MapJob>::read(ByteReader& reader) {
    detail::MapJob job;
    job.inputs = decode<std::vector<Dataset>>(reader);
    for (std::uint64_t count = reader.count(); count != 0; --count) {
        detail::OutputForm form;
        form.shape = decode<Shape>(reader);
        form.chunk_shape = decode<Shape>(reader);
        form.element_bytes = reader.value<std::uint64_t>();
        form.pipeline = decode<FilterPipeline>(reader);
        form.fill = decode<std::vector<std::byte>>(reader);
        form.is_swapped = reader.value<std::uint8_t>() != 0;
        form.storage = decode<std::optional<PlainStorage>>(reader);
        job.outputs.push_back(std::move(form));
    }
    job.plan = decode<BlockPlan>(reader);
    job.halo = decode<Shape>(reader);
    job.boundary = decode<Boundary>(reader);
    return job;
}

void Codec<detail::MadeChunk>::write(ByteWriter& writer, const detail::MadeChunk& made) {
    writer.value(made.output);
    writer.value(made.chunk);
    encode(writer, made.content);
    writer.value(made.bytes_in_place);
}

detail::MadeChunk Codec<detail::MadeChunk>::read(ByteReader& reader) {
    detail::MadeChunk made;
    made.output = reader.value<std::uint32_t>();
    made.chunk = reader.value<std::uint64_t>();
    made.content = decode<EncodedChunk>(reader);
    made.bytes_in_place = reader.value<std::uint64_t>();
    return made;
}

}  // namespace rankpool
