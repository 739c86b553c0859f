#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

#include <rankpool/launch/batch_system.hpp>
#include <rankpool/launch/job_script.hpp>
#include <rankpool/launch/time_text.hpp>

namespace rankpool {
namespace {

// squeue(1), JOB STATE CODES.
constexpr std::array<std::string_view, 6> waiting_states{"PENDING",      "REQUEUED",     "REQUEUE_FED",
                                                         "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD"};
constexpr std::array<std::string_view, 7> running_states{"RUNNING",   "COMPLETING", "CONFIGURING", "SIGNALING",
                                                         "STAGE_OUT", "STOPPED",    "SUSPENDED"};

template <std::size_t count>
bool is_one_of(std::string_view word, const std::array<std::string_view, count>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

class SlurmAdapter final : public BatchSystemAdapter {
  public:
    const char* name() const override { return "slurm"; }
    const char* prefix() const override { return "#SBATCH"; }
    std::string_view script_template() const override { return slurm_template(); }

    std::vector<Directive> directives(const JobRequest& request) const override {
        const bool is_array = !request.array.empty();
        std::vector<Directive> list{{"--job-name", request.name},
                                    {"--nodes", std::to_string(request.nodes)},
                                    {"--ntasks-per-node", std::to_string(request.ranks_per_node)},
                                    {"--cpus-per-task", std::to_string(request.cpus_per_rank)},
                                    {"--output", request.name + (is_array ? "-%A_%a.out" : "-%j.out")},
                                    {"--open-mode", "append"},
                                    {"--requeue", std::nullopt}};
        if (request.time) list.push_back({"--time", format_clock(*request.time)});
        if (request.gpus_per_node > 0) list.push_back({"--gpus-per-node", std::to_string(request.gpus_per_node)});
        if (is_array) list.push_back({"--array", request.array});
        if (!request.queue.empty()) list.push_back({"--partition", request.queue});
        if (!request.account.empty()) list.push_back({"--account", request.account});
        if (!request.after.empty()) {
            const bool is_whole = request.after.find(':') != std::string::npos;
            list.push_back({"--dependency", is_whole ? request.after : "afterok:" + request.after});
            // Otherwise it would wait for ever when that job fails.
            list.push_back({"--kill-on-invalid-dep", "yes"});
        }
        return list;
    }
    std::vector<std::string> submit_command(const std::string& script) const override {
        return {"sbatch", "--parsable", script};
    }
    std::string read_job_id(std::string_view output) const override {
        // "17" or "17;cluster".
        const std::size_t digits = std::min(output.find_first_not_of("0123456789"), output.size());
        return std::string(output.substr(0, digits));
    }
    std::vector<std::string> estimate_command(const std::string& script) const override {
        return {"sbatch", "--test-only", script};
    }
    std::vector<std::string> state_command(const std::string& job) const override {
        return {"squeue", "-h", "-t", "all", "-j", job, "-o", "%T|%r"};
    }
    JobState read_state(std::string_view output) const override {
        std::map<std::string, int> counts;
        JobState state;
        int lines = 0;
        std::string reason;
        while (!output.empty()) {
            const std::size_t end = std::min(output.find('\n'), output.size());
            const std::string_view line = output.substr(0, end);
            output.remove_prefix(std::min(end + 1, output.size()));
            const std::size_t bar = line.find('|');
            if (bar == std::string_view::npos) continue;
            const std::string_view word = line.substr(0, bar);
            ++counts[std::string(word)];
            ++lines;
            reason = line.substr(bar + 1);
            if (is_one_of(word, running_states)) {
                state.phase = JobPhase::running;
            } else if (is_one_of(word, waiting_states) && state.phase == JobPhase::ended) {
                state.phase = JobPhase::waiting;
            }
        }
        for (const auto& [word, count] : counts) {
            state.words += (state.words.empty() ? "" : ", ") + (lines > 1 ? std::to_string(count) + ' ' : "") + word;
        }
        if (lines == 1 && reason != "None" && !reason.empty()) state.words += " (" + reason + ')';
        if (lines == 0) state.words = "ended";
        return state;
    }
    std::vector<std::string> cancel_command(const std::string& job) const override { return {"scancel", job}; }
};

}  // namespace

const BatchSystemAdapter& slurm_adapter() {
    static const SlurmAdapter adapter;
    return adapter;
}

}  // namespace rankpool
