#pragma once

#include <CLI/CLI.hpp>

#include "../commands.hpp"

namespace rankpool::apps {

// Each adds its subcommand of `rankpool h5`.
void add_h5_info(CLI::App& h5, Action& action);
void add_h5_stats(CLI::App& h5, Action& action);
void add_h5_histogram(CLI::App& h5, Action& action);
void add_h5_repack(CLI::App& h5, Action& action);
void add_h5_verify(CLI::App& h5, Action& action);
void add_h5_diff(CLI::App& h5, Action& action);
void add_h5_select(CLI::App& h5, Action& action);
void add_h5_pyramid(CLI::App& h5, Action& action);

/// Adds `rankpool bench h5`.
void add_bench_h5(CLI::App& bench, Action& action);

}  // namespace rankpool::apps
