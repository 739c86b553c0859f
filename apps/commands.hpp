#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace rankpool::apps {

/// What a subcommand does once the command line is read; its result is the exit code. Every rank runs it.
using Action = std::function<int()>;

/// Adds its subcommand, and sets `action` when that subcommand is on the command line. `action` must live as long
/// as the program.
void add_info_command(CLI::App& program, Action& action);
void add_bench_command(CLI::App& program, Action& action);
void add_simulate_command(CLI::App& program, Action& action);
void add_submit_command(CLI::App& program, Action& action);
void add_sweep_command(CLI::App& program, Action& action);
void add_h5_command(CLI::App& program, Action& action);
void add_journal_command(CLI::App& program, Action& action);
/// Two subcommands: jobs and cancel.
void add_jobs_commands(CLI::App& program, Action& action);

}  // namespace rankpool::apps
