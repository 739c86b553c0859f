#pragma once

#include <algorithm>
#include <utility>

#include <rankpool/blocks/map_blocks.hpp>

namespace rankpool {
namespace detail {

template <class F>
struct ReduceAxisTask {
    F function;
    double initial = 0;

    template <class In, class Out>
    static void run(const F& function, double initial, const MapJob& job, std::size_t axis, const Region& block,
                    MadeChunks& made) {
        using T = typename BlockParameter<In>::Element;
        using U = typename BlockParameter<Out>::Element;
        const Dataset& input = job.inputs.front();
        const ChunkGrid grid = input.grid();
        const std::uint64_t length = grid.shape()[axis];
        const std::uint64_t step = grid.chunk_shape()[axis];
        BlockBuffer<U> result(block.element_count());
        std::fill_n(result.data(), result.size(), static_cast<U>(initial));
        for (std::uint64_t first = 0; first < length; first += step) {
            Region part = block;
            part.offset.insert(part.offset.begin() + static_cast<std::ptrdiff_t>(axis), first);
            part.extent.insert(part.extent.begin() + static_cast<std::ptrdiff_t>(axis), std::min(step, length - first));
            BlockBuffer<T> elements(BlockInput{input, part});
            function(In(elements.data(), part), Out(result.data(), block));
        }
        add_chunks(made, 0, job.outputs.front(), block, result.bytes());
    }

    template <class Parameters>
    struct Unpacked;
    template <class In, class Out>
    struct Unpacked<std::tuple<In, Out>> {
        using Input = std::decay_t<In>;
        using Output = std::decay_t<Out>;
    };
    using Parameters = Unpacked<typename Signature<F>::Parameters>;

    MadeChunks operator()(const MapJob& job, std::size_t axis, std::uint64_t task) const {
        MadeChunks made;
        for (const Region& block : job.plan.blocks(task)) {
            run<typename Parameters::Input, typename Parameters::Output>(function, initial, job, axis, block, made);
        }
        return made;
    }
};

template <class F>
struct Unwrapped<ReduceAxisTask<F>> : Unwrapped<F> {};
template <class F>
struct FunctionCodec<ReduceAxisTask<F>> {
    static void write(ByteWriter& writer, const ReduceAxisTask<F>& task) {
        FunctionCodec<F>::write(writer, task.function);
        writer.value(task.initial);
    }
    static ReduceAxisTask<F> read(ByteReader& reader) {
        F function = FunctionCodec<F>::read(reader);
        return {std::move(function), reader.value<double>()};
    }
};

/// What is left of a shape without one dimension.
Shape without(Shape shape, std::size_t axis);
/// Blocks of the output, large enough that a chunk of the input is needed by few.
/// @throws ConfigError  there is no such axis, or the output has another shape than what is left
BlockPlan plan_reduce_axis(const Dataset& input, const OutputDataset& output, std::size_t axis,
                           const BlockOptions& options, std::size_t slots);

}  // namespace detail

/// Reduces along one axis: the output has the input's shape without it. Each of its blocks is first set to `initial`;
/// then `function(BlockView<const T> in, BlockView<U> out)` is called for the blocks of the input that lie over it, in
/// the order in which they lie along the axis: the same bits on any number of ranks. `in` has one dimension more than
/// `out`.
///
///     // The maxima over time.
///     reduce_axis(pool, [](BlockView<const float> in, BlockView<float> out) {
///         for (std::size_t i = 0; i < in.size(); ++i) {
///             float& most = out[i % out.size()];
///             most = std::max(most, in[i]);
///         } }, 0, -INFINITY, data, maxima);
///
/// @throws ConfigError, DatasetError  at once: datasets that do not fit each other or the function
template <class F>
Future<BlockSummary> reduce_axis(Executor& pool, F function, std::size_t axis, double initial, const Dataset& input,
                                 OutputDataset output, const BlockOptions& options = {}) {
    using Task = detail::ReduceAxisTask<F>;
    using Parameters = typename Task::Parameters;
    detail::check_inputs({input},
                         {element_type_of<typename detail::BlockParameter<typename Parameters::Input>::Element>});
    detail::check_outputs({output},
                          {element_type_of<typename detail::BlockParameter<typename Parameters::Output>::Element>});
    detail::MapJob job{{input},
                       {detail::form_of(output)},
                       detail::plan_reduce_axis(input, output, axis, options, pool.slots()),
                       {},
                       {}};
    const TaskOptions task_options{.name = options.name.empty() ? "reduce_axis" : options.name};
    return detail::run_map(pool, std::move(job), {std::move(output)}, options,
                           [&pool, axis, task_options, task = Task{std::move(function), initial}](
                               const detail::MapJob& shared, std::uint64_t index) {
                               return pool.submit(task_options, task, shared, axis, index);
                           });
}

}  // namespace rankpool
