#pragma once

#include <optional>
#include <string>

#include <rankpool/launch/batch_system.hpp>
#include <rankpool/launch/child_process.hpp>

#include "job_record.hpp"

namespace rankpool::submit {

/// The adapter of a batch system by its name; null for "local".
/// @throws ConfigError  there is none of that name
const BatchSystemAdapter* adapter_named(const std::string& name);

/// The batch system whose commands are in PATH; null if there is none.
const BatchSystemAdapter* find_batch_system();

/// Runs a command of a batch system, with its answer; at most a minute.
ChildEnd run_tool(const std::vector<std::string>& command);

/// What the batch system says of a job now; none if it did not answer, which may be otherwise the next time.
std::optional<JobState> state_of(const BatchSystemAdapter& system, const std::string& job);

/// Follows a job, and those that go on where it stopped, to the end: its output on stdout, what becomes of it on
/// stderr.
/// @return the exit code of the program; 1 if the job ended without one, and stderr says so
int follow(const BatchSystemAdapter& system, const JobRecord& record, JobEntry job);

}  // namespace rankpool::submit
