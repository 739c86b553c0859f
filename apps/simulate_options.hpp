#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "simulate_run.hpp"

namespace rankpool::apps {

/// What the command line of `rankpool simulate` says.
struct SimulateOptions {
    SimulatedCluster cluster;
    std::uint32_t tasks = 1'000'000;
    std::string graph = "independent";
    std::uint32_t width = 1000;
    std::string durations = "uniform:500us,1500us";
    std::string latency = "10us";
    std::uint32_t requests = 0;
    std::uint32_t wide = 1;
    double speculative = 0;
    double slow_workers = 0;
    double fail_rate = 0;
    std::uint32_t retries = 3;
    std::string trace;
    std::vector<std::uint32_t> ranks;
    bool is_json = false;
};

/// Adds the subcommand, its options and its examples. What cannot be used is refused when the command line is read.
/// `options` must live as long as the program.
CLI::App* add_simulate_options(CLI::App& program, SimulateOptions& options);

}  // namespace rankpool::apps
