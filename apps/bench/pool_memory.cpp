#include "bench/pool_memory.hpp"

#include <chrono>
#include <functional>
#include <malloc.h>
#include <thread>
#include <vector>

#include "bench/pool_check.hpp"

namespace rankpool::apps {
namespace {

void hold_worker(std::int64_t milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

std::int64_t add_three(std::int64_t a, std::int64_t b, std::int64_t c) { return a + b + c; }

std::size_t memory_in_use() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

}  // namespace

double memory_of_queued_task(Executor& pool, const QueuedTask& kind) {
    constexpr std::size_t task_count = 100'000;
    // Workers that sleep take tasks only as far as they are prefilled; the rest waits on rank 0.
    std::vector<Future<void>> holding;
    for (std::size_t slot = 0; slot < pool.slots(); ++slot)
        holding.push_back(pool.submit(hold_worker, std::int64_t{300}));
    const Future<std::int64_t> input = pool.submit(bench_add, std::int64_t{1}, std::int64_t{1});
    std::vector<Future<std::int64_t>> others(kind.queued_before);
    for (auto& other : others) other = pool.submit(bench_add, std::int64_t{1}, std::int64_t{1});
    std::vector<Future<std::int64_t>> futures(task_count);
    const std::size_t before = memory_in_use();
    for (std::size_t i = 0; i < task_count; ++i) {
        futures[i] = kind.inputs == 0 ? pool.submit(bench_add, static_cast<std::int64_t>(i), std::int64_t{1})
                                      : pool.submit(add_three, input, input, input);
    }
    const std::size_t after = memory_in_use();
    for (const auto& list : {std::cref(futures), std::cref(others)}) {
        for (const auto& future : list.get()) future.cancel();
    }
    for (const auto& future : holding) future.result();
    const double grown = after > before ? static_cast<double>(after - before) : 0;
    return grown / static_cast<double>(task_count) + sizeof(Future<std::int64_t>);
}

}  // namespace rankpool::apps
