// rankpool simulate: the real scheduler on a cluster that exists in virtual time only.
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <simulation/synthetic_workload.hpp>
#include <string>
#include <vector>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/launcher.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "simulate_output.hpp"
#include "simulate_run.hpp"
#include "simulate_trace.hpp"

namespace rankpool::apps {
namespace {

struct SimulateOptions {
    SimulatedCluster cluster;
    std::uint32_t tasks = 1'000'000;
    std::string graph = "independent";
    std::uint32_t width = 1000;
    std::string durations = "uniform:500us,1500us";
    std::string latency = "10us";
    std::uint32_t requests = 0;
    double fail_rate = 0;
    std::uint32_t retries = 3;
    std::string trace;
    std::vector<std::uint32_t> ranks;
    bool is_json = false;
};

const char* const description =
    "Run the real scheduler on a virtual cluster: what a decision costs, and how long work takes on how many ranks.\n"
    "Needs no MPI and no cluster, and takes seconds.";

const char* const examples =
    "Examples:\n"
    "  rankpool simulate\n"
    "      a million tasks on 1,000 workers: time and memory per task, makespan\n"
    "  rankpool simulate --workers 100000 --tasks 10000000\n"
    "      the same for a large machine (about 20 s, 1 GB)\n"
    "  rankpool simulate --graph stencil --width 1000 --durations exp:20ms --latency 50us\n"
    "      rows of 1,000 tasks, each waiting for three of the row above\n"
    "  rankpool simulate --fail-rate 0.01 --lose-workers 20 --seed 7\n"
    "      with accidents; the same seed gives the same accidents\n"
    "  rankpool simulate --from-trace durations.csv --ranks 8,16,32\n"
    "      how long would the recorded tasks take on so many ranks?\n"
    "\n"
    "A trace is CSV whose first line names the columns `function` and `duration_s`, or JSON lines such as\n"
    "{\"function\": \"fit\", \"duration_s\": 0.25}; one line per task, in the order of submission; other columns are\n"
    "left alone. Its tasks do not depend on each other.\n"
    "\n"
    "The list bound is what a naive list scheduler needs that knows at once whenever a slot is free. Rank 0 takes no\n"
    "time in the simulation; where it would be what limits the work, the output says so.\n";

/// A validator out of a parser: what it throws is what the user reads.
template <class Parse>
CLI::Validator readable_by(Parse parse) {
    return CLI::Validator(
        [parse](std::string& text) -> std::string {
            try {
                parse(text);
                return "";
            } catch (const ConfigError& error) {
                return error.what();
            }
        },
        "");
}

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
         .raising_ppm = static_cast<std::uint32_t>(std::lround(options.fail_rate * 1e6)),
         .retries = options.fail_rate > 0 ? options.retries : 0});
    return report_on(options, workload, options.graph + ", " + options.durations);
}

int run_simulate(SimulateOptions options) {
    if (current_launch().rank != 0) return exit_success;  // One simulation is enough.
    options.cluster.latency = simulation::parse_duration(options.latency);
    // So the largest request fits twice.
    if (options.requests > 0) options.cluster.stock = 2 * simulation::synthetic_need_max;
    try {
        const std::string report = options.trace.empty() ? report_on_synthetic(options) : report_on_trace(options);
        std::fputs(report.c_str(), stdout);
        return exit_success;
    } catch (const ConfigError& error) {
        std::fprintf(stderr, "rankpool simulate: %s\n", error.what());
        return exit_usage;
    }
}

void add_options(CLI::App& command, SimulateOptions& options) {
    command.add_option("--workers", options.cluster.workers, "Workers (ranks that run tasks)")
        ->check(CLI::Range(1U, 10'000'000U))
        ->capture_default_str();
    command.add_option("--slots", options.cluster.slots, "Tasks that each worker runs at once")
        ->check(CLI::Range(1U, 4096U))
        ->capture_default_str();
    command.add_option("--tasks", options.tasks, "Tasks, all submitted at the start")
        ->check(CLI::Range(1U, 200'000'000U))
        ->capture_default_str();
    command
        .add_option("--graph", options.graph,
                    "Who waits for whom: independent, chain, stencil, random, tree, diamond or fan")
        ->check(readable_by([](const std::string& text) { simulation::parse_graph(text); }))
        ->capture_default_str();
    command
        .add_option("--width", options.width,
                    "Of the graph: chains, points of a row, reach of random inputs, tasks of a fan")
        ->check(CLI::Range(1U, 100'000'000U))
        ->capture_default_str();
    command
        .add_option("--durations", options.durations,
                    "How long tasks take: constant:1ms, uniform:1ms,5ms, exp:MEAN or pareto:SHORTEST,EXPONENT")
        ->check(readable_by([](const std::string& text) { simulation::parse_duration_mix(text); }))
        ->capture_default_str();
    command.add_option("--latency", options.latency, "How long a message travels")
        ->check(readable_by([](const std::string& text) { simulation::parse_duration(text); }))
        ->capture_default_str();
    command.add_option("--fail-rate", options.fail_rate, "Share of attempts that raise an exception")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_option("--retries", options.retries, "Further attempts after an exception")
        ->check(CLI::Range(0U, 1000U))
        ->capture_default_str();
    command
        .add_option("--requests", options.requests,
                    "Different requests for amounts of two resources; two thirds of the tasks make one")
        ->check(CLI::Range(0U, 10'000U))
        ->capture_default_str();
    command
        .add_option("--lose-workers", options.cluster.lost_workers, "Workers that die at random moments (not the last)")
        ->check(CLI::Range(0U, 10'000'000U))
        ->capture_default_str();
    command.add_option("--seed", options.cluster.seed, "For everything that is left to chance")->capture_default_str();
    command.add_option("--from-trace", options.trace, "Take recorded durations from this file instead (see below)");
    command
        .add_option("--ranks", options.ranks,
                    "Compare these numbers of ranks, such as 8,16,32; with a trace, 2 to 128 if not given")
        ->delimiter(',')
        ->check(CLI::Range(1U, 10'000'000U));
    command.add_flag("--json", options.is_json, "Write one JSON object");
    command.footer(examples);
}

}  // namespace

void add_simulate_command(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand("simulate", description);
    const auto options = std::make_shared<SimulateOptions>();
    add_options(*command, *options);
    command->callback([&action, options] { action = [options] { return run_simulate(*options); }; });
}

}  // namespace rankpool::apps
