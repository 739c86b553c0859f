#include <memory>

#include <rankpool/blocks/block_plan.hpp>
#include <rankpool/blocks/check.hpp>
#include <rankpool/blocks/detail/bounded_run.hpp>
#include <rankpool/blocks/detail/check_inputs.hpp>
#include <rankpool/blocks/detail/map_job.hpp>

namespace rankpool {

namespace {

ChunkCheck check_task(const Dataset& dataset, const BlockPlan& plan, std::uint64_t task) {
    ChunkCheck result;
    for (const Region& block : plan.blocks(task)) {
        const std::uint64_t chunk = plan.grid().chunk_of(block.offset);
        ++result.chunk_count;
        if (!dataset.is_written(chunk)) {
            ++result.unwritten_count;
            continue;
        }
        try {
            dataset.check_chunk(chunk);
        } catch (const DatasetError& error) {
            ++result.damaged_count;
            if (result.problems.size() < ChunkCheck::problems_max) result.problems.emplace_back(error.what());
        }
    }
    return result;
}

void add(ChunkCheck& all, const ChunkCheck& part) {
    all.chunk_count += part.chunk_count;
    all.unwritten_count += part.unwritten_count;
    all.damaged_count += part.damaged_count;
    for (const std::string& problem : part.problems) {
        if (all.problems.size() < ChunkCheck::problems_max) all.problems.push_back(problem);
    }
}

}  // namespace

Future<ChunkCheck> check_chunks(Executor& pool, const Dataset& dataset, const BlockOptions& options) {
    const DatasetInfo info = dataset.info();
    const std::uint64_t task_bytes = options.task_bytes != 0 ? options.task_bytes : 8U << 20;
    const auto plan = std::make_shared<const BlockPlan>(plan_by_chunks(dataset.grid(), info.element_bytes, task_bytes));
    const auto all = std::make_shared<ChunkCheck>();
    const auto counting = std::make_shared<detail::ProgressCount>(options, info.element_count() * info.element_bytes);
    const TaskOptions task_options{.name = options.name.empty() ? "check chunks" : options.name};
    return detail::BoundedRun<ChunkCheck, ChunkCheck>::start(
        pool.client(),
        {.count = plan->task_count(),
         .in_flight_max = detail::in_flight_max(pool),
         .submit = [&pool, dataset, plan, task_options](
                       std::uint64_t task) { return pool.submit(task_options, check_task, dataset, *plan, task); },
         .consume =
             [all, plan, counting, size = info.element_bytes](std::uint64_t task, const ChunkCheck& part) {
                 add(*all, part);
                 counting->add(plan->region(task).element_count() * size);
             },
         .finish = [all] { return *all; }});
}

}  // namespace rankpool
