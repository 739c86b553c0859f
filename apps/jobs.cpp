// rankpool jobs and rankpool cancel: what was submitted from this folder.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <rankpool/core/error.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "submit/batch.hpp"
#include "submit/job_record.hpp"

namespace rankpool::apps {
namespace {

using submit::JobEntry;
using submit::JobRecord;

JobRecord record_here() { return JobRecord(std::filesystem::current_path().string()); }

/// What becomes of a job, in words.
std::string state_text(const JobRecord& record, const JobEntry& job) {
    const auto state = submit::state_of(*submit::adapter_named(job.scheduler), job.id);
    if (!state) return "unknown: the batch system does not answer";
    if (state->phase != JobPhase::ended) return state->words;
    if (const auto status = record.status(job.id)) {
        if (!status->next.empty()) return "stopped at the walltime, job " + status->next + " goes on";
        if (status->exit_code == exit_resumable) return "stopped at the walltime, can be resumed";
        return fmt::format("ended, exit code {}{}{}", status->exit_code, status->message.empty() ? "" : ": ",
                           status->message);
    }
    return state->words;
}

bool has_ended(const JobEntry& job) {
    const auto state = submit::state_of(*submit::adapter_named(job.scheduler), job.id);
    return state && state->phase == JobPhase::ended;
}

int list_jobs() {
    const JobRecord record = record_here();
    const std::vector<JobEntry> entries = record.entries();
    if (entries.empty()) {
        std::fprintf(stderr, "no job was submitted from this folder (with `rankpool submit`)\n");
        return exit_success;
    }
    for (const JobEntry& job : entries) {
        std::printf("%s\n", fmt::format("{:<12} {:<16} {:<20} {}\n             {}", job.id, job.name, job.submitted,
                                        state_text(record, job), job.command)
                                .c_str());
    }
    return exit_success;
}

int cancel_jobs(const std::vector<std::string>& ids, bool cancels_all) {
    const std::vector<JobEntry> entries = record_here().entries();
    std::vector<JobEntry> chosen;
    for (const std::string& id : ids) {
        const auto found =
            std::find_if(entries.begin(), entries.end(), [&](const JobEntry& job) { return job.id == id; });
        if (found == entries.end()) {
            std::fprintf(stderr, "rankpool cancel: job %s was not submitted from this folder; see `rankpool jobs`\n",
                         id.c_str());
            return exit_usage;
        }
        chosen.push_back(*found);
    }
    if (cancels_all)
        std::copy_if(entries.begin(), entries.end(), std::back_inserter(chosen),
                     [](const JobEntry& job) { return !has_ended(job); });
    if (ids.empty() && !cancels_all) {
        std::fputs("rankpool cancel: give the jobs to cancel, or --all; see `rankpool jobs`\n", stderr);
        return exit_usage;
    }
    int exit_code = exit_success;
    for (const JobEntry& job : chosen) {
        const ChildEnd answer = submit::run_tool(submit::adapter_named(job.scheduler)->cancel_command(job.id));
        std::fputs((answer.out + answer.err + answer.start_error).c_str(), stderr);
        if (answer.exit_code == 0) {
            std::printf("cancelled %s\n", job.id.c_str());
        } else {
            exit_code = exit_failure;
        }
    }
    return exit_code;
}

}  // namespace

void add_jobs_commands(CLI::App& program, Action& action) {
    CLI::App* jobs =
        program.add_subcommand("jobs", "List the jobs that were submitted from this folder, and what becomes of them");
    jobs->callback([&action] { action = list_jobs; });
    struct CancelOptions {
        std::vector<std::string> ids;
        bool cancels_all = false;
    };
    const auto options = std::make_shared<CancelOptions>();
    CLI::App* cancel = program.add_subcommand("cancel", "Cancel jobs that were submitted from this folder");
    cancel->add_option("jobs", options->ids, "Their ids, as `rankpool jobs` shows them");
    cancel->add_flag("--all", options->cancels_all, "All that have not ended");
    cancel->callback(
        [&action, options] { action = [options] { return cancel_jobs(options->ids, options->cancels_all); }; });
}

}  // namespace rankpool::apps
