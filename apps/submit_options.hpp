#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <rankpool/launch/job_request.hpp>

namespace rankpool::apps {

/// The command line of `rankpool submit`, as it is.
struct SubmitOptions {
    JobRequest request;
    std::string time;
    std::vector<std::string> environment;
    std::vector<std::string> directives;
    std::string launcher;
    std::string scheduler;
    std::string site;
    std::string template_path;
    bool is_dry_run = false;
    bool waits = false;
};

/// Adds the subcommand with its options and its help.
CLI::App* add_submit_options(CLI::App& program, SubmitOptions& options);

}  // namespace rankpool::apps
