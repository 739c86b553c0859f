#include "simulate_options.hpp"

#include <simulation/duration_mix.hpp>
#include <simulation/graph.hpp>

#include <rankpool/core/error.hpp>

#include "readable_by.hpp"

namespace rankpool::apps {
namespace {

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
    "  rankpool simulate --workers 100 --tasks 1000 --durations constant:1s --slow-workers 0.02 --speculative 1\n"
    "      what copies of stragglers bring where two workers of a hundred are slow\n"
    "  rankpool simulate --from-trace durations.csv --ranks 8,16,32\n"
    "      how long would the recorded tasks take on so many ranks?\n"
    "\n"
    "A trace is CSV whose first line names the columns `function` and `duration_s`, or JSON lines such as\n"
    "{\"function\": \"fit\", \"duration_s\": 0.25}; one line per task, in the order of submission; other columns are\n"
    "left alone. Its tasks do not depend on each other.\n"
    "\n"
    "The list bound is what a naive list scheduler needs that knows at once whenever a slot is free, with the first\n"
    "startable task or the one with the longest way to an end going first, whichever is better. Rank 0 takes no\n"
    "time in the simulation; where it would be what limits the work, the output says so.\n";

}  // namespace

CLI::App* add_simulate_options(CLI::App& program, SimulateOptions& options) {
    CLI::App& command = *program.add_subcommand("simulate", description);
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
    command.add_option("--wide", options.wide, "So many workers together for every third request")
        ->check(CLI::Range(1U, 10'000'000U))
        ->capture_default_str();
    command
        .add_option("--speculative", options.speculative,
                    "Share of tasks of which a copy may be started if they take unusually long")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_option("--slow-workers", options.slow_workers, "Share of workers that are two to eight times slower")
        ->check(CLI::Range(0.0, 1.0))
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
    return &command;
}

}  // namespace rankpool::apps
