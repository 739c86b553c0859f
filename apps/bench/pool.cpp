#include "bench/pool.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include <mpi.h>

#include <rankpool/mpi.hpp>

#include "bench/pool_check.hpp"
#include "bench/pool_memory.hpp"

namespace rankpool::apps {
namespace {

/// Something that happens once in a block, however long it takes.
BlockCase single(const char* name, const char* unit, double scale, Topic topic, const char* reference = "") {
    BlockCase spec{name, unit, Quantity::time, scale, topic, reference};
    spec.count_max = 1;
    return spec;
}

BlockCase outside_of_blocks(const char* name, const char* unit, Topic topic) {
    BlockCase spec = single(name, unit, 1, topic);
    spec.is_in_blocks = false;
    return spec;
}

/// Wakes the workers: a pool that has been idle for a while answers its first calls later.
void warm_up(Executor& pool) { call_and_wait(pool, 20); }

// A huge payload takes seconds.
constexpr std::size_t huge_blocks_max = 3;

}  // namespace

PoolBench::PoolBench(const MpiSession& mpi, const Workplace& workplace, const IsWanted& is_wanted)
    : workplace_(workplace), watch_(mpi) {
    for (auto made : {task_cases(workplace), payload_cases()}) {
        for (PoolCase& item : made) {
            if (is_wanted(item.spec)) items_.push_back({Measured(std::move(item.spec)), std::move(item.run)});
        }
    }
    for (const GraphPattern pattern : graph_patterns) {
        PoolGraph graph(pattern, workplace);
        if (is_wanted(graph.measured().spec())) graphs_.push_back(std::move(graph));
    }
    const auto add = [&](std::vector<Measured>& to, const BlockCase& spec) {
        if (is_wanted(spec)) to.emplace_back(spec);
    };
    add(startup_, single("startup.first_result", "ms", 1e3, Topic::startup, "raw.startup"));
    add(startup_, single("startup.shutdown", "ms", 1e3, Topic::startup));
    add(memory_, outside_of_blocks("memory.queued_task", "B/task", Topic::memory));
    add(memory_, outside_of_blocks("memory.queued_task.3_inputs", "B/task", Topic::memory));
    add(idling_, outside_of_blocks("idle.cpu", "%", Topic::idle));
}

void PoolBench::on_pool(const PoolOptions& options, const std::function<void(Executor&)>& action) {
    MPI_Barrier(MPI_COMM_WORLD);
    RankPoolExecutor pool(MPI_COMM_WORLD, options);
    if (!pool.is_coordinator()) {
        pool.serve();
        return;
    }
    action(pool);
    pool.shutdown();
}

bool PoolBench::record(Measured& measured, double seconds, double lost_before_s) {
    return measured.record(seconds, watch_.lost_s() - lost_before_s < lost_share_max * seconds);
}

void PoolBench::run_blocks_of(Item& item, Executor& pool) {
    const BlockCase& spec = item.measured.spec();
    if (!spec.is_in_blocks && item.measured.series().summary().blocks == huge_blocks_max) return;
    item.measured.begin_round();
    for (Turns turns(spec.blocks); !turns.is_enough();) {
        warm_up(pool);
        const double lost_before_s = watch_.lost_s();
        const double seconds = item.run(pool, item.measured.count());
        turns.count(record(item.measured, seconds, lost_before_s));
    }
}

void PoolBench::run_round() {
    if (items_.empty() && graphs_.empty() && startup_.empty()) return;
    MPI_Barrier(MPI_COMM_WORLD);
    const double lost_at_start_s = watch_.lost_s();
    const double start = seconds_now();
    double lost_before_end_s = 0;
    double end = 0;
    on_pool({.pace = workplace_.pace}, [&](Executor& pool) {
        call_and_wait(pool, 1);
        if (!startup_.empty()) {
            startup_[0].begin_round();
            record(startup_[0], seconds_now() - start, lost_at_start_s);
        }
        for (Item& item : items_) run_blocks_of(item, pool);
        for (PoolGraph& graph : graphs_) {
            warm_up(pool);
            graph.run_round(pool, [this] { return watch_.lost_s(); });
        }
        lost_before_end_s = watch_.lost_s();
        end = seconds_now();
    });
    if (!startup_.empty() && end != 0) {
        startup_[1].begin_round();
        record(startup_[1], seconds_now() - end, lost_before_end_s);
    }
}

void PoolBench::measure_once() {
    if (memory_.empty() && idling_.empty()) return;
    on_pool({}, [&](Executor& pool) {
        if (!memory_.empty()) {
            memory_[0].record(memory_of_queued_task(pool, {.inputs = 0}), true);
            memory_[1].record(memory_of_queued_task(pool, {.queued_before = 100'000, .inputs = 3}), true);
        }
        if (!idling_.empty()) measure_idling();
    });
}

void PoolBench::measure_idling() {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const double cpu_before_s = watch_.worker_cpu_s();
    const double start = seconds_now();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const double share = (watch_.worker_cpu_s() - cpu_before_s) / (seconds_now() - start) / watch_.worker_count();
    idling_[0].record(100 * share, true);
}

std::vector<const Measured*> PoolBench::results() const {
    std::vector<const Measured*> results;
    for (const Item& item : items_) results.push_back(&item.measured);
    for (const PoolGraph& graph : graphs_) results.push_back(&graph.measured());
    for (const auto* group : {&startup_, &memory_, &idling_}) {
        for (const Measured& measured : *group) results.push_back(&measured);
    }
    return results;
}

}  // namespace rankpool::apps
