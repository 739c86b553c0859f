#include "simulate_run.hpp"

#include <algorithm>
#include <simulation/cluster.hpp>

#include <rankpool/observe/progress.hpp>
#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::apps {
namespace {

double quotient(double dividend, double divisor) { return divisor > 0 ? dividend / divisor : 0; }

std::vector<simulation::Incident> losses(const SimulatedCluster& cluster, Duration horizon) {
    simulation::Random random(cluster.seed);
    return plan_incidents({.workers = cluster.workers, .crashes = cluster.lost_workers, .horizon = horizon}, random);
}

}  // namespace

double SimulatedRun::ns_per_task() const {
    return quotient(static_cast<double>(scheduler_time.count()), static_cast<double>(tasks));
}
double SimulatedRun::ns_per_decision() const {
    return quotient(static_cast<double>(scheduler_time.count()), static_cast<double>(counters.executions));
}
double SimulatedRun::decisions_per_second() const {
    return quotient(static_cast<double>(counters.executions), in_seconds(scheduler_time));
}
double SimulatedRun::makespan_ratio() const {
    // Where all tasks are empty both are 0, and so they are alike.
    return list_makespan > Duration{} ? in_seconds(makespan) / in_seconds(list_makespan) : 1;
}
double SimulatedRun::utilisation() const {
    return quotient(in_seconds(bounds.work), in_seconds(makespan) * cluster.workers * cluster.slots);
}

SimulatedRun simulate(const SimulatedCluster& cluster, const simulation::Workload& workload) {
    SimulatedRun run;
    run.cluster = cluster;
    run.bounds = simulation::bounds_of(workload);
    const std::uint64_t slots = std::uint64_t{cluster.workers} * cluster.slots;
    {
        scheduler::Scheduler scheduler;
        simulation::VirtualCluster virtual_cluster({.workers = cluster.workers,
                                                    .slots = cluster.slots,
                                                    .latency = cluster.latency,
                                                    .slow_workers = cluster.slow_workers,
                                                    .stock = cluster.stock,
                                                    .seed = cluster.seed},
                                                   workload, scheduler);
        virtual_cluster.add(losses(cluster, run.bounds.lower(slots)));
        ProgressMeter progress(current_progress_options("tasks"), now());
        const auto counts = [&](std::uint64_t settled) {
            return ProgressCounts{.done = settled, .failed = 0, .total = workload.size()};
        };
        virtual_cluster.report_progress_to(
            [&](std::uint64_t settled, Instant time) { progress.update(counts(settled), time); });
        virtual_cluster.run();
        progress.finish(counts(virtual_cluster.settled()), now());
        run.tasks = virtual_cluster.tasks();
        run.counters = scheduler.counters();
        run.scheduler_time = std::max(virtual_cluster.meter().time(), Duration(1));
        run.events = virtual_cluster.meter().events();
        run.bytes_per_waiting_task =
            quotient(static_cast<double>(virtual_cluster.meter().bytes()), static_cast<double>(run.tasks));
        run.makespan = virtual_cluster.makespan();
    }
    run.peak_bytes = simulation::peak_resident_bytes();
    run.list_makespan = list_makespan(workload, slots, simulation::ListOrder::readiness);
    if (run.bounds.path_tasks > 1) {
        run.list_makespan = std::min(run.list_makespan, list_makespan(workload, slots, simulation::ListOrder::path));
    }
    return run;
}

}  // namespace rankpool::apps
