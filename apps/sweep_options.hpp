#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <rankpool/core/time.hpp>

#include "sweep/sweep.hpp"

namespace rankpool::apps {

/// The command line of `rankpool sweep`, as it is.
struct SweepOptions {
    std::vector<std::string> grids;
    std::vector<std::string> tables;
    std::vector<std::string> lists;
    std::vector<std::string> command;
    std::string output = "results.h5";
    std::vector<std::string> extractions;
    bool resumes = false;
    bool overwrites = false;
    bool is_dry_run = false;
    int retries = 0;
    bool fails_fast = false;
    std::uint64_t failures_max = 0;
    std::string time_limit;
    std::string grace = "5s";
    std::string walltime;
    std::size_t jobs = 0;
    std::string needs;
    std::uint64_t capture_kib = 64;
};

/// Adds the subcommand with its options and its help.
CLI::App* add_sweep_options(CLI::App& program, SweepOptions& options);

/// What the options ask for; reads the files they name.
/// @throws ConfigError  an option, or a file it names, cannot be used
sweep::SweepPlan plan_of(const SweepOptions& options);

}  // namespace rankpool::apps
