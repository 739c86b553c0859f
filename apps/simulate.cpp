// rankpool simulate: the real scheduler on a cluster that exists in virtual time only.
#include <cmath>
#include <cstdio>
#include <memory>
#include <simulation/synthetic_workload.hpp>
#include <string>
#include <vector>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/launcher.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "simulate_options.hpp"
#include "simulate_output.hpp"
#include "simulate_run.hpp"
#include "simulate_trace.hpp"

namespace rankpool::apps {
namespace {

std::vector<RankRun> run_on_ranks_of(const SimulateOptions& options, const simulation::Workload& workload) {
    std::vector<RankRun> runs;
    for (const std::uint32_t ranks : options.ranks) {
        SimulatedCluster cluster = options.cluster;
        cluster.workers = ranks > 1 ? ranks - 1 : 1;  // As in a pool: rank 0 works only if it is alone.
        runs.push_back({ranks, simulate(cluster, workload)});
    }
    return runs;
}

std::string report_on(const SimulateOptions& options, const simulation::Workload& workload, const std::string& name) {
    if (options.ranks.empty()) {
        const SimulatedRun run = simulate(options.cluster, workload);
        return options.is_json ? simulate_json(run, name) + '\n' : simulate_text(run, name);
    }
    const std::vector<RankRun> runs = run_on_ranks_of(options, workload);
    return options.is_json ? ranks_json(runs, name) + '\n' : ranks_text(runs, name);
}

std::string report_on_trace(SimulateOptions options) {
    const Trace trace = read_trace(options.trace);
    if (options.ranks.empty()) options.ranks = {2, 4, 8, 16, 32, 64, 128};
    return report_on(options, trace, "recorded in " + options.trace);
}

std::string report_on_synthetic(const SimulateOptions& options) {
    const simulation::SyntheticWorkload workload(
        {.graph = {.kind = simulation::parse_graph(options.graph),
                   .task_count = options.tasks,
                   .width = options.width,
                   .seed = options.cluster.seed},
         .durations = simulation::parse_duration_mix(options.durations),
         .seed = options.cluster.seed,
         .requests = options.requests,
         .ranks = options.wide,
         .speculative = static_cast<std::uint32_t>(std::lround(options.speculative * 1e3)),
         .raising_ppm = static_cast<std::uint32_t>(std::lround(options.fail_rate * 1e6)),
         .retries = options.fail_rate > 0 ? options.retries : 0});
    return report_on(options, workload, options.graph + ", " + options.durations);
}

int run_simulate(SimulateOptions options) {
    if (current_launch().rank != 0) return exit_success;  // One simulation is enough.
    options.cluster.slow_workers = static_cast<std::uint32_t>(std::lround(options.slow_workers * 1e3));
    options.cluster.latency = simulation::parse_duration(options.latency);
    // So the largest request fits twice.
    if (options.requests > 0) options.cluster.stock = 2 * simulation::synthetic_need_max;
    try {
        if (options.wide > 1 && options.requests == 0) {
            throw ConfigError("--wide says for how many workers every third request is, so it needs --requests");
        }
        const std::string report = options.trace.empty() ? report_on_synthetic(options) : report_on_trace(options);
        std::fputs(report.c_str(), stdout);
        return exit_success;
    } catch (const ConfigError& error) {
        std::fprintf(stderr, "rankpool simulate: %s\n", error.what());
        return exit_usage;
    }
}

}  // namespace

void add_simulate_command(CLI::App& program, Action& action) {
    const auto options = std::make_shared<SimulateOptions>();
    CLI::App* command = add_simulate_options(program, *options);
    command->callback([&action, options] { action = [options] { return run_simulate(*options); }; });
}

}  // namespace rankpool::apps
