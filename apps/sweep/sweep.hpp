#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <rankpool/core/time.hpp>
#include <rankpool/executor/executor.hpp>
#include <rankpool/task/resources.hpp>

#include "command_template.hpp"
#include "extraction.hpp"
#include "journal.hpp"
#include "parameter_space.hpp"

namespace rankpool::sweep {

/// What a sweep is to do.
struct SweepPlan {
    ParameterSpace space;
    CommandTemplate command;
    std::vector<Extraction> extractions;
    std::string output;    ///< the table; its journal and folders lie beside it
    std::string run_root;  ///< the folder of the folders for {run_dir}
    Journal::Begin begin = Journal::Begin::anew;
    int retries = 0;
    std::uint64_t failures_max = 0;  ///< start nothing more after so many; 0: no bound
    Duration time_limit = duration_max;
    Duration grace = std::chrono::seconds(5);
    std::uint64_t capture_bytes_max = 64 * 1024;
    Instant deadline = Instant::max();
    Resources needs = {};  ///< of each command, of what its rank has
};

/// The name of the journal of a table.
std::string journal_path(const std::string& output);

/// Why a sweep ended before its last case.
enum class EndedBy { itself, failures, walltime, signal };

/// What came out of a sweep.
struct SweepResult {
    EndedBy ended_by = EndedBy::itself;
    std::uint64_t succeeded = 0;  ///< in this run
    std::uint64_t failed = 0;
    std::uint64_t succeeded_before = 0;
    std::uint64_t left = 0;  ///< cases that have not been run to their end
    int signal = 0;
};

/// Runs the commands of a sweep on a pool, shows progress on stderr, writes the table and then a summary to stdout.
/// @throws ConfigError, Error  what the journal and the table throw
SweepResult run_sweep(Executor& pool, const SweepPlan& plan);

}  // namespace rankpool::sweep
