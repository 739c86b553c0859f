#pragma once

#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <rankpool/blocks/block_view.hpp>
#include <rankpool/blocks/detail/block_buffer.hpp>
#include <rankpool/blocks/detail/check_inputs.hpp>
#include <rankpool/blocks/detail/halo.hpp>
#include <rankpool/blocks/detail/map_run.hpp>

namespace rankpool {
namespace detail {

/// What a parameter of a user's function says about its dataset.
template <class P>
struct BlockParameter {
    static_assert(!std::is_same_v<P, P>,
                  "rankpool: a function over blocks takes BlockView<const T> or HaloView<const T> for each input and "
                  "then BlockView<U> for each output");
};
template <class T>
struct BlockParameter<BlockView<T>> {
    using Element = std::remove_const_t<T>;
    static constexpr bool is_input = std::is_const_v<T>;
    static BlockView<T> view(BlockBuffer<Element>& buffer, const Region& block, const Shape&) {
        return {buffer.data(), block};
    }
    static BlockBuffer<Element> buffer(const Dataset* input, const Region& block, const MapJob&) {
        if constexpr (is_input) return BlockBuffer<Element>(BlockInput{*input, block});
        return BlockBuffer<Element>(block.element_count());
    }
};
template <class T>
struct BlockParameter<HaloView<const T>> {
    using Element = T;
    static constexpr bool is_input = true;
    static HaloView<const T> view(BlockBuffer<T>& buffer, const Region& block, const Shape& halo) {
        return {buffer.data(), block, halo};
    }
    static BlockBuffer<T> buffer(const Dataset* input, const Region& block, const MapJob& job) {
        return BlockBuffer<T>(HaloInput{*input, block, job});
    }
};

/// Calls a function with views of the blocks of its inputs and outputs, and encodes what it wrote.
template <class F>
struct MapBlocksTask {
    F function;

    template <class... View>
    struct Calls {
        static constexpr std::size_t input_count = (std::size_t{BlockParameter<View>::is_input} + ... + 0U);

        static void call(const F& function, const MapJob& job, const Region& block, MadeChunks& made) {
            [&]<std::size_t... i>(std::index_sequence<i...>) {
                std::tuple<BlockBuffer<typename BlockParameter<View>::Element>...> buffers{
                    BlockParameter<View>::buffer(i < input_count ? &job.inputs[i] : nullptr, block, job)...};
                function(BlockParameter<View>::view(std::get<i>(buffers), block, job.halo)...);
                (store<View, i>(job, block, std::get<i>(buffers), made), ...);
            }
            (std::index_sequence_for<View...>());
        }
        template <class View_, std::size_t i, class Buffer>
        static void store(const MapJob& job, const Region& block, Buffer& buffer, MadeChunks& made) {
            if constexpr (!BlockParameter<View_>::is_input) {
                static_assert(i >= input_count, "rankpool: a function over blocks takes its inputs before its outputs");
                constexpr auto output = static_cast<std::uint32_t>(i - input_count);
                add_chunks(made, output, job.outputs[output], block, buffer.bytes());
            }
        }
        static std::vector<ElementType> types(bool of_inputs) {
            std::vector<ElementType> types;
            ((BlockParameter<View>::is_input == of_inputs
                  ? types.push_back(element_type_of<typename BlockParameter<View>::Element>)
                  : void()),
             ...);
            return types;
        }
    };
    template <class Tuple>
    struct CallsOf;
    template <class... P>
    struct CallsOf<std::tuple<P...>> {
        using type = Calls<std::decay_t<P>...>;
    };
    using Call = typename CallsOf<typename Signature<F>::Parameters>::type;

    MadeChunks operator()(const MapJob& job, std::uint64_t task) const {
        MadeChunks made;
        for (const Region& block : job.plan.blocks(task)) Call::call(function, job, block, made);
        return made;
    }
};

template <class F>
struct Unwrapped<MapBlocksTask<F>> : Unwrapped<F> {};
template <class F>
struct FunctionCodec<MapBlocksTask<F>> {
    static void write(ByteWriter& writer, const MapBlocksTask<F>& task) {
        FunctionCodec<F>::write(writer, task.function);
    }
    static MapBlocksTask<F> read(ByteReader& reader) { return {FunctionCodec<F>::read(reader)}; }
};

template <class F>
Future<BlockSummary> map_with_halo(Executor& pool, F function, const Shape& halo, const Boundary& boundary,
                                   std::vector<Dataset> inputs, std::vector<OutputDataset> outputs,
                                   const BlockOptions& options) {
    using Task = MapBlocksTask<F>;
    if (!inputs.empty() || !Task::Call::types(true).empty()) check_inputs(inputs, Task::Call::types(true));
    check_outputs(outputs, Task::Call::types(false));
    MapJob job{inputs, {}, plan_map(inputs, outputs, halo, options, pool.slots()), halo, boundary};
    for (const OutputDataset& output : outputs) job.outputs.push_back(form_of(output));
    const TaskOptions task_options{.name = options.name.empty() ? "map_blocks" : options.name};
    return run_map(pool, std::move(job), std::move(outputs), options,
                   [&pool, task_options, task = Task{std::move(function)}](const MapJob& shared, std::uint64_t index) {
                       return pool.submit(task_options, task, shared, index);
                   });
}

}  // namespace detail

/// Calls `function(BlockView<const T>…, BlockView<U>…)` for every block: it reads those of the inputs and sets all
/// elements of those of the outputs. Blocks at the same place, of arrays of the same shape; several of them at once, on
/// all ranks; out of core, with bounded memory.
///
///     rankpool::OutputFile file("roots.h5");
///     auto roots = file.create_dataset("/roots", {.shape = data.info().shape, .filters = default_compression});
///     rankpool::map_blocks(pool, [](BlockView<const double> in, BlockView<double> out) {
///         std::ranges::transform(in, out.begin(), [](double x) { return std::sqrt(x); }); }, {data},
///         {roots}).result();
///     file.commit();
///
/// A block is a whole number of the outputs' chunks, clipped at the edges, at least as long as the inputs' chunks:
/// which ones follows from the datasets alone. Elements are read as T, as Dataset::read() does; those written are of
/// the outputs' type. The output files belong to this process, which stores what the ranks have compressed; commit them
/// when the future is done. After a failure the outputs are incomplete: give the file up. Without inputs, blocks are
/// made from their place, `region()`.
/// @throws ConfigError, DatasetError  at once: datasets that do not fit each other or the function
template <class F>
Future<BlockSummary> map_blocks(Executor& pool, F function, std::vector<Dataset> inputs,
                                std::vector<OutputDataset> outputs, const BlockOptions& options = {}) {
    const std::size_t dimensions = outputs.empty() ? 0 : outputs.front().info().shape.size();
    return detail::map_with_halo(pool, std::move(function), Shape(dimensions, 0), Boundary(), std::move(inputs),
                                 std::move(outputs), options);
}

/// The same for stencils: `function(HaloView<const T>…, BlockView<U>…)` also sees `halo` elements around its block, in
/// each dimension; beyond the array's edges, what `boundary` says. A halo may reach over several chunks. Inputs taken
/// as BlockView<const T> come without.
/// @throws ConfigError  also: `halo` has another number of dimensions than the outputs
template <class F>
Future<BlockSummary> map_overlap(Executor& pool, F function, const Shape& halo, const Boundary& boundary,
                                 std::vector<Dataset> inputs, std::vector<OutputDataset> outputs,
                                 const BlockOptions& options = {}) {
    detail::check_halo(halo, outputs);
    return detail::map_with_halo(pool, std::move(function), halo, boundary, std::move(inputs), std::move(outputs),
                                 options);
}

}  // namespace rankpool
