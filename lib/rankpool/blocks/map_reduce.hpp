#pragma once

#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <rankpool/blocks/block_options.hpp>
#include <rankpool/blocks/block_plan.hpp>
#include <rankpool/blocks/block_view.hpp>
#include <rankpool/blocks/detail/block_buffer.hpp>
#include <rankpool/blocks/detail/bounded_run.hpp>
#include <rankpool/blocks/detail/check_inputs.hpp>
#include <rankpool/blocks/detail/crossing.hpp>
#include <rankpool/blocks/detail/fixed_tree.hpp>
#include <rankpool/blocks/detail/map_job.hpp>

namespace rankpool {
namespace detail {

// Long enough that a task's cost does not count, short enough that its blocks fit a cache now and then.
inline constexpr std::uint64_t reduction_task_bytes = 8U << 20;

template <class P>
struct ReadBlock;
template <class T>
struct ReadBlock<BlockView<const T>> {
    using Element = T;
};

/// Reads the blocks that a function wants and calls it with them.
template <class F, class Parameters>
struct CallWithBlocks;
template <class F, class... View>
struct CallWithBlocks<F, std::tuple<View...>> {
    static auto call(const F& function, const std::vector<Dataset>& inputs, const Region& region) {
        return [&]<std::size_t... i>(std::index_sequence<i...>) {
            std::tuple<BlockBuffer<typename ReadBlock<std::decay_t<View>>::Element>...> buffers{
                BlockBuffer<typename ReadBlock<std::decay_t<View>>::Element>(BlockInput{inputs[i], region})...};
            return function(std::decay_t<View>(std::get<i>(buffers).data(), region)...);
        }
        (std::index_sequence_for<View...>());
    }
    static std::vector<ElementType> types() {
        return {element_type_of<typename ReadBlock<std::decay_t<View>>::Element>...};
    }
};

template <class F, class Combine>
struct MapReduceTask {
    F function;
    Combine combine;

    using Parameters = typename Signature<F>::Parameters;
    using Call = CallWithBlocks<F, Parameters>;
    using Result = std::decay_t<decltype(Call::call(
        std::declval<const F&>(), std::declval<const std::vector<Dataset>&>(), std::declval<const Region&>()))>;

    Result operator()(const std::vector<Dataset>& inputs, const BlockPlan& plan, std::uint64_t index) const {
        std::optional<Result> result;
        for (const Region& block : plan.blocks(index)) {
            Result next = Call::call(function, inputs, block);
            result = result ? std::optional<Result>(combine(std::move(*result), std::move(next)))
                            : std::optional<Result>(std::move(next));
        }
        return std::move(*result);
    }
};

template <class F, class Combine>
struct Unwrapped<MapReduceTask<F, Combine>> : Unwrapped<F> {};
template <class F, class Combine>
struct FunctionCodec<MapReduceTask<F, Combine>> {
    static void write(ByteWriter& writer, const MapReduceTask<F, Combine>& task) {
        check_function_crosses<Combine>();
        FunctionCodec<F>::write(writer, task.function);
        FunctionCodec<Combine>::write(writer, task.combine);
    }
    static MapReduceTask<F, Combine> read(ByteReader& reader) {
        F function = FunctionCodec<F>::read(reader);
        return {std::move(function), FunctionCodec<Combine>::read(reader)};
    }
};

}  // namespace detail

/// Calls `function(BlockView<const T>...)` for every block of the inputs and combines the results with
/// `combine(R, R) -> R`: out of core, with bounded memory, and with the same bits on any number of ranks, since what is
/// combined with what follows from the first input's shape and chunks alone.
///
///     auto sum = rankpool::map_reduce(pool, [](BlockView<const double> block) {
///         return std::accumulate(block.begin(), block.end(), 0.0); }, std::plus<double>(), {data});
///
/// A block is a chunk of the first input, clipped at the edges; the other inputs have the same shape. Elements are
/// converted to T as Dataset::read() does. Function and combination cross ranks as those of submit() do.
/// @throws ConfigError, DatasetError  at once: inputs that do not fit each other or the function; an empty input
template <class F, class Combine>
auto map_reduce(Executor& pool, F function, Combine combine, std::vector<Dataset> inputs,
                const BlockOptions& options = {}) {
    using Task = detail::MapReduceTask<F, Combine>;
    using Result = typename Task::Result;
    const DatasetInfo info = detail::check_inputs(inputs, Task::Call::types());
    const auto plan = std::make_shared<const BlockPlan>(
        plan_by_chunks(inputs.front().grid(), info.element_bytes,
                       options.task_bytes != 0 ? options.task_bytes : detail::reduction_task_bytes));
    if (plan->task_count() == 0) detail::throw_empty(inputs.front());
    const auto tree = std::make_shared<detail::FixedTree<Result, Combine>>(plan->task_count(), combine);
    const auto counting = std::make_shared<detail::ProgressCount>(options, info.element_count() * info.element_bytes);
    const TaskOptions task_options{.name = options.name.empty() ? "map_reduce" : options.name};
    return detail::BoundedRun<Result, Result>::start(
        pool.client(),
        {.count = plan->task_count(),
         .in_flight_max = detail::in_flight_max(pool),
         .submit = [&pool, inputs, plan, task_options, task = Task{std::move(function), combine}](
                       std::uint64_t index) { return pool.submit(task_options, task, inputs, *plan, index); },
         .consume =
             [tree, plan, counting, size = info.element_bytes](std::uint64_t index, const Result& result) {
                 tree->add(index, result);
                 counting->add(plan->region(index).element_count() * size);
             },
         .finish = [tree] { return std::move(*tree->take()); }});
}

}  // namespace rankpool
