#include <algorithm>
#include <numeric>
#include <string>

#include <rankpool/blocks/detail/bounded_run.hpp>
#include <rankpool/blocks/detail/check_inputs.hpp>
#include <rankpool/blocks/detail/map_run.hpp>
#include <rankpool/blocks/reduce_axis.hpp>
#include <rankpool/core/error.hpp>

namespace rankpool::detail {
namespace {

ChunkGrid common_grid(const std::vector<OutputDataset>& outputs) {
    Shape chunk_shape = outputs.front().grid().chunk_shape();
    const Shape& shape = outputs.front().info().shape;
    for (const OutputDataset& output : outputs) {
        if (output.info().shape != shape) {
            throw ConfigError("the outputs have the shapes " + to_string(shape) + " and " +
                              to_string(output.info().shape) + ": they must be the same");
        }
        for (std::size_t d = 0; d < shape.size(); ++d) {
            chunk_shape[d] = std::lcm(chunk_shape[d], output.grid().chunk_shape()[d]);
        }
    }
    constexpr std::uint64_t elements_max = 1U << 28;
    if (element_count(chunk_shape) > elements_max) {
        throw ConfigError("blocks of whole chunks of all outputs would be " + to_string(chunk_shape) +
                          ": give the outputs chunk shapes of which one is a multiple of the other");
    }
    return {shape, chunk_shape};
}

}  // namespace

OutputForm form_of(const OutputDataset& output) {
    const bool is_swapped = output.info().byte_order == ByteOrder::big;
    return {output.info().shape,
            output.grid().chunk_shape(),
            output.info().element_bytes,
            output.pipeline(),
            output.fill(),
            is_swapped,
            is_swapped ? std::nullopt : output.plain_storage()};
}

void check_outputs(const std::vector<OutputDataset>& outputs, const std::vector<ElementType>& types) {
    if (outputs.size() != types.size() || outputs.empty()) {
        throw ConfigError("the function writes the blocks of " + std::to_string(types.size()) +
                          " datasets, but is given " + std::to_string(outputs.size()));
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (outputs[i].info().type != types[i]) {
            throw ConfigError("the function writes elements of type " + std::string(name(types[i])) +
                              ", but the dataset made for them holds " + outputs[i].info().type_text +
                              ": create it with the function's type");
        }
    }
}

void check_halo(const Shape& halo, const std::vector<OutputDataset>& outputs) {
    constexpr std::uint64_t width_max = 1U << 20;
    if (outputs.empty()) return;  // Which check_outputs() will say.
    const Shape& shape = outputs.front().info().shape;
    if (halo.size() != shape.size()) {
        throw ConfigError("the halo " + to_string(halo) + " and the shape " + to_string(shape) +
                          " differ in their number of dimensions: give one width per dimension");
    }
    for (const std::uint64_t width : halo) {
        if (width > width_max) throw ConfigError("a halo of " + std::to_string(width) + " elements is too wide");
    }
}

BlockPlan plan_map(const std::vector<Dataset>& inputs, const std::vector<OutputDataset>& outputs, const Shape& halo,
                   const BlockOptions& options, std::size_t slots) {
    const ChunkGrid grid = common_grid(outputs);
    std::vector<Shape> input_chunk_shapes;
    for (const Dataset& input : inputs) {
        const DatasetInfo info = input.info();
        if (info.shape != grid.shape()) {
            throw ConfigError("'" + input.path() + ':' + input.dataset() + "' has the shape " + to_string(info.shape) +
                              ", the output has " + to_string(grid.shape()) + ": they must be the same");
        }
        notice_slow_reading(input);
        if (info.layout == Layout::chunked && !info.filters.empty()) input_chunk_shapes.push_back(info.chunk_shape);
    }
    const ChunkGrid blocks = output_blocks(grid, input_chunk_shapes);
    const bool has_halo = std::ranges::any_of(halo, [](std::uint64_t width) { return width != 0; });
    const std::uint64_t usual = has_halo ? halo_task_bytes : map_task_bytes;
    return plan_by_boxes(blocks, outputs.front().info().element_bytes,
                         options.task_bytes != 0 ? options.task_bytes : usual, (has_halo ? 2 : 4) * slots);
}

Shape without(Shape shape, std::size_t axis) {
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
    return shape;
}

BlockPlan plan_reduce_axis(const Dataset& input, const OutputDataset& output, std::size_t axis,
                           const BlockOptions& options, std::size_t slots) {
    const DatasetInfo info = input.info();
    if (axis >= info.shape.size()) {
        throw ConfigError("there is no axis " + std::to_string(axis) + " in the shape " + to_string(info.shape) +
                          " (axes count from 0)");
    }
    const Shape left = without(info.shape, axis);
    if (output.info().shape != left) {
        throw ConfigError("without axis " + std::to_string(axis) + " the shape " + to_string(info.shape) + " is " +
                          to_string(left) + ", but the output has " + to_string(output.info().shape));
    }
    const ChunkGrid blocks = output_blocks(output.grid(), {without(input.grid().chunk_shape(), axis)});
    // Each block of the output costs as much reading as lies over it.
    const auto bytes = static_cast<std::size_t>(info.shape[axis] * info.element_bytes);
    return plan_by_boxes(blocks, bytes, options.task_bytes != 0 ? options.task_bytes : map_task_bytes, 4 * slots);
}

Future<BlockSummary> run_map(Executor& pool, MapJob job, std::vector<OutputDataset> outputs,
                             const BlockOptions& options, SubmitMap submit) {
    const auto shared = std::make_shared<const MapJob>(std::move(job));
    const std::uint64_t element_bytes = shared->outputs.front().element_bytes;
    const auto counting =
        std::make_shared<ProgressCount>(options, element_count(shared->plan.grid().shape()) * element_bytes);
    const auto summary = std::make_shared<BlockSummary>();
    const auto files = std::make_shared<std::vector<OutputDataset>>(std::move(outputs));
    return BoundedRun<MadeChunks, BlockSummary>::start(
        pool.client(),
        {.count = shared->plan.task_count(),
         .in_flight_max = in_flight_max(pool),
         .submit = [shared, submit = std::move(submit)](std::uint64_t task) { return submit(*shared, task); },
         .consume =
             [shared, files, counting, summary, element_bytes](std::uint64_t task, const MadeChunks& made) {
                 for (const MadeChunk& chunk : made) {
                     if (chunk.bytes_in_place == 0) {
                         files->at(chunk.output).write_encoded_chunk(chunk.chunk, chunk.content);
                     }
                     ++summary->chunk_count;
                     summary->stored_bytes += chunk.bytes_in_place + chunk.content.bytes.size();
                 }
                 counting->add(shared->plan.region(task).element_count() * element_bytes);
             },
         .finish = [summary] { return *summary; }});
}

}  // namespace rankpool::detail
