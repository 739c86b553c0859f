#include "batch.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/environment.hpp>

namespace rankpool::submit {

using namespace std::chrono_literals;

namespace {

// Batch systems dislike to be asked often: once a second at first, then less and less.
constexpr Duration pause_min = 1s;
constexpr Duration pause_max = 15s;
// What a job wrote last may reach this machine later than the news of its end: network file systems.
constexpr Duration late_news = 5s;

/// Copies what a file has more than before to stdout.
class OutputFollower {
  public:
    explicit OutputFollower(std::string path) : path_(std::move(path)) {}
    void copy_news() {
        if (path_.empty()) return;
        std::ifstream file(path_, std::ios::binary);
        if (!file.seekg(static_cast<std::streamoff>(copied_))) return;
        std::array<char, 16384> bytes{};
        while (file.read(bytes.data(), bytes.size()), file.gcount() > 0) {
            std::fwrite(bytes.data(), 1, static_cast<std::size_t>(file.gcount()), stdout);
            copied_ += static_cast<std::uint64_t>(file.gcount());
        }
        std::fflush(stdout);
    }

  private:
    std::string path_;
    std::uint64_t copied_ = 0;
};

/// Waits until the job has ended; its last state.
JobState wait_for_end(const BatchSystemAdapter& system, const JobEntry& job) {
    OutputFollower output(job.output);
    std::string said;
    Duration pause = pause_min;
    for (;;) {
        const auto state = state_of(system, job.id);
        output.copy_news();
        if (!state && said != "silent") {
            std::fprintf(stderr, "rankpool: %s does not answer about job %s; asking again\n",
                         system.state_command(job.id).front().c_str(), job.id.c_str());
            said = "silent";
        }
        if (state && state->words != said && state->phase != JobPhase::ended) {
            std::fprintf(stderr, "rankpool: job %s is %s\n", job.id.c_str(), state->words.c_str());
            said = state->words;
            pause = pause_min;
        }
        if (state && state->phase == JobPhase::ended) {
            std::this_thread::sleep_for(200ms);
            output.copy_news();
            return *state;
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 5 / 4, pause_max);
    }
}

}  // namespace

const BatchSystemAdapter* adapter_named(const std::string& name) {
    if (name == "local") return nullptr;
    for (const BatchSystemAdapter* system : {&slurm_adapter(), &pbs_adapter()}) {
        if (name == system->name()) return system;
    }
    throw ConfigError("there is no batch system '" + name + "': it can be slurm, pbs or local");
}

const BatchSystemAdapter* find_batch_system() {
    const std::vector<std::string> environment = entries_of(current_environment());
    if (!find_program("sbatch", environment).empty()) return &slurm_adapter();
    if (!find_program("qsub", environment).empty()) return &pbs_adapter();
    return nullptr;
}

ChildEnd run_tool(const std::vector<std::string>& command) {
    return run_child({.arguments = command,
                      .environment = entries_of(current_environment()),
                      .directory = {},
                      .time_limit = 1min,
                      .grace = 1s,
                      .capture_bytes_max = 1 << 20},
                     [] { return false; });
}

std::optional<JobState> state_of(const BatchSystemAdapter& system, const std::string& job) {
    const ChildEnd answer = run_tool(system.state_command(job));
    if (answer.exit_code == 0) return system.read_state(answer.out);
    // "Invalid job id specified" of Slurm, "Unknown Job Id" of PBS: forgotten, so it has ended long ago.
    const bool is_forgotten =
        answer.err.find("nvalid job id") != std::string::npos || answer.err.find("nknown Job") != std::string::npos;
    if (is_forgotten) return system.read_state("");
    return std::nullopt;
}

int follow(const BatchSystemAdapter& system, const JobRecord& record, JobEntry job) {
    for (;;) {
        const JobState end = wait_for_end(system, job);
        std::optional<JobStatus> status = record.status(job.id);
        for (Duration waited{}; !status && waited < late_news; waited += 200ms) {
            std::this_thread::sleep_for(200ms);
            status = record.status(job.id);
        }
        if (!status) {
            std::fprintf(stderr, "rankpool: job %s has ended without the end of its program: %s\n", job.id.c_str(),
                         end.words.c_str());
            return end.exit_code.value_or(0) != 0 ? *end.exit_code : 1;
        }
        if (status->next.empty()) {
            std::fprintf(stderr, "rankpool: job %s has ended with exit code %d\n", job.id.c_str(), status->exit_code);
            return status->exit_code;
        }
        std::fprintf(stderr, "rankpool: job %s stopped at its walltime, job %s goes on\n", job.id.c_str(),
                     status->next.c_str());
        const std::size_t place = job.output.rfind(job.id);
        if (place != std::string::npos) job.output.replace(place, job.id.size(), status->next);
        job.id = status->next;
        record.add(job);
    }
}

}  // namespace rankpool::submit
