#include <rankpool/blocks/copy.hpp>
#include <rankpool/blocks/detail/check_inputs.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/dataset/box.hpp>

namespace rankpool {
namespace {

struct CopyTask {
    ElementType type = ElementType::other;  ///< That is written; `other`: bytes as they are.
    bool keeps_chunks = false;              ///< Chunks and filters stay: stored bytes are passed on.
    bool keeps_fill = false;

    detail::MadeChunks operator()(const detail::MapJob& job, std::uint64_t task) const {
        detail::MadeChunks made;
        const Dataset& input = job.inputs.front();
        const detail::OutputForm& form = job.outputs.front();
        const ChunkGrid chunks = input.grid();
        for (const Region& block : job.plan.blocks(task)) {
            if (keeps_fill && is_unwritten(input, chunks, block)) continue;
            if (keeps_chunks && pass_on(input, ChunkGrid(form.shape, form.chunk_shape), block, made)) continue;
            Bytes elements;
            const std::size_t size = block.element_count() * static_cast<std::size_t>(form.element_bytes);
            input.read_as(block, type, {elements.extend(size), size});
            detail::add_chunks(made, 0, form, block, elements.view());
        }
        return made;
    }

    static bool is_unwritten(const Dataset& input, const ChunkGrid& chunks, const Region& block) {
        bool is_unwritten = true;
        for_each_chunk(chunks, block, [&](std::uint64_t chunk, const Region&) {
            is_unwritten = is_unwritten && !input.is_written(chunk);
        });
        return is_unwritten;
    }
    static bool pass_on(const Dataset& input, const ChunkGrid& chunks, const Region& block, detail::MadeChunks& made) {
        for_each_chunk(chunks, block, [&](std::uint64_t chunk, const Region&) {
            if (auto stored = input.read_encoded_chunk(chunk)) made.push_back({0, chunk, std::move(*stored)});
        });
        return true;
    }
};

void check_types(const Dataset& input, const DatasetInfo& from, const DatasetInfo& to) {
    if (to.type != ElementType::other) return input.check_readable_as(to.type);
    if (from.type_text != to.type_text || from.element_bytes != to.element_bytes) {
        throw ConfigError("'" + input.path() + ':' + input.dataset() + "' holds " + from.type_text +
                          ", which cannot become " + to.type_text);
    }
}

}  // namespace

Future<BlockSummary> copy(Executor& pool, const Dataset& input, const OutputDataset& output,
                          const BlockOptions& options) {
    const DatasetInfo from = input.info();
    const DatasetInfo& to = output.info();
    check_types(input, from, to);
    const bool same_type = from.type == to.type && from.byte_order == to.byte_order;
    const bool can_pass_on = from.layout == Layout::chunked && to.layout == Layout::chunked && same_type &&
                             from.filters == to.filters && from.chunk_shape == to.chunk_shape &&
                             input.slow_reason().empty();
    const CopyTask task{to.type, can_pass_on, same_type && input.fill() == output.fill()};
    detail::MapJob job{{input},
                       {detail::form_of(output)},
                       detail::plan_map({input}, {output}, Shape(to.shape.size(), 0), options, pool.slots()),
                       {},
                       {}};
    const TaskOptions task_options{.name = options.name.empty() ? "copy" : options.name};
    return detail::run_map(pool, std::move(job), {output}, options,
                           [&pool, task_options, task](const detail::MapJob& shared, std::uint64_t index) {
                               return pool.submit(task_options, task, shared, index);
                           });
}

}  // namespace rankpool
