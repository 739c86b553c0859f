#include "bench_pool.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include <mpi.h>

#include <rankpool/mpi.hpp>

#include "bench_pool_cases.hpp"

namespace rankpool::apps {
namespace {

// A clean block loses no more of its time than this to other programs: about what medians of such blocks scatter
// anyway.
constexpr double lost_share_max = 0.05;

constexpr double mebibyte = 1 << 20;

/// Something that happens once in a block, however long it takes.
BlockCase single(const char* name, const char* unit, double scale) {
    BlockCase spec{name, unit, Quantity::time, scale};
    spec.count_max = 1;
    return spec;
}

BlockCase outside_of_blocks(const char* name, const char* unit) {
    BlockCase spec = single(name, unit, 1);
    spec.is_in_blocks = false;
    return spec;
}

}  // namespace

PoolBench::PoolBench(const MpiSession& mpi, PaceKind pace)
    : pace_(pace),
      watch_(mpi),
      startup_(single("startup.first_result", "ms", 1e3)),
      memory_(outside_of_blocks("memory.queued_task", "B/task")),
      idling_(outside_of_blocks("idle.cpu", "%")) {
    add({"tasks.submit.empty", "tasks/s"}, submit_empty_tasks);
    add({"tasks.map.empty", "tasks/s"}, map_empty_tasks);
    add({"latency.round_trip", "us", Quantity::time, 1e6}, call_and_wait);
    for (const auto& [name, size_mib] : {std::pair{"payload.1MiB", 1.0}, std::pair{"payload.16MiB", 16.0}}) {
        const double bytes = size_mib * mebibyte;
        add({name, "GB/s", Quantity::rate, 2e-9 * bytes}, [bytes](Executor& pool, std::uint64_t count) {
            return echo_payload(pool, static_cast<std::size_t>(bytes), count);
        });
    }
}

void PoolBench::add(BlockCase spec, std::function<double(Executor&, std::uint64_t)> run) {
    cases_.push_back({Measured(std::move(spec)), std::move(run)});
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

void PoolBench::record(Measured& measured, double seconds, double lost_before_s) {
    measured.record(seconds, watch_.lost_s() - lost_before_s < lost_share_max * seconds);
}

void PoolBench::run_round(int block_count) {
    MPI_Barrier(MPI_COMM_WORLD);
    const double lost_at_start_s = watch_.lost_s();
    const double start = seconds_now();
    on_pool({.pace = pace_}, [&](Executor& pool) {
        call_and_wait(pool, 1);
        startup_.begin_round();
        record(startup_, seconds_now() - start, lost_at_start_s);
        for (PoolCase& item : cases_) {
            item.measured.begin_round();
            for (int block = 0; block < block_count; ++block) {
                warm_up(pool);
                const double lost_before_s = watch_.lost_s();
                const double seconds = item.run(pool, item.measured.count());
                record(item.measured, seconds, lost_before_s);
            }
        }
    });
}

void PoolBench::measure_memory_and_idling() {
    on_pool({}, [&](Executor& pool) {
        memory_.record(memory_of_queued_task(pool), true);
        if (watch_.worker_count() == 0) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        const double cpu_before_s = watch_.worker_cpu_s();
        const double start = seconds_now();
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        const double share = (watch_.worker_cpu_s() - cpu_before_s) / (seconds_now() - start) / watch_.worker_count();
        idling_.record(100 * share, true);
    });
}

std::vector<Measured> PoolBench::results() const {
    std::vector<Measured> results;
    for (const PoolCase& item : cases_) results.push_back(item.measured);
    for (const Measured& item : {startup_, memory_, idling_}) {
        if (item.series().summary().blocks > 0) results.push_back(item);
    }
    return results;
}

}  // namespace rankpool::apps
