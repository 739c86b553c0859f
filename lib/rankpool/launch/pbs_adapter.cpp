#include <algorithm>
#include <charconv>

#include <rankpool/launch/batch_system.hpp>
#include <rankpool/launch/job_script.hpp>
#include <rankpool/launch/time_text.hpp>

namespace rankpool {
namespace {

std::string chunk_of(const JobRequest& request) {
    std::string chunk = std::to_string(request.nodes) +
                        ":ncpus=" + std::to_string(request.ranks_per_node * request.cpus_per_rank) +
                        ":mpiprocs=" + std::to_string(request.ranks_per_node) +
                        // Otherwise every rank would have OMP_NUM_THREADS of the whole chunk.
                        ":ompthreads=" + std::to_string(request.cpus_per_rank);
    if (request.gpus_per_node > 0) chunk += ":ngpus=" + std::to_string(request.gpus_per_node);
    return chunk;
}

/// The value of an attribute line `    NAME = VALUE`; empty without it.
std::string_view attribute(std::string_view output, std::string_view name) {
    const std::size_t found = output.find(name);
    if (found == std::string_view::npos) return {};
    const std::string_view rest = output.substr(found + name.size());
    return rest.substr(0, rest.find('\n'));
}

class PbsAdapter final : public BatchSystemAdapter {
  public:
    const char* name() const override { return "pbs"; }
    const char* prefix() const override { return "#PBS"; }
    std::string_view script_template() const override { return pbs_template(); }

    std::vector<Directive> directives(const JobRequest& request) const override {
        std::vector<Directive> list{
            {"-N", request.name},
            {"-l select", chunk_of(request)},
            {"-r", "y"},
            {"-j", "oe"},
            // The script writes to NAME-ID.out itself, because PBS shows output at the end only.
            {"-o", "/dev/null"}};
        if (request.nodes > 1) list.push_back({"-l place", "scatter"});
        if (request.time) list.push_back({"-l walltime", format_clock(*request.time)});
        if (!request.array.empty()) list.push_back({"-J", request.array});
        if (!request.queue.empty()) list.push_back({"-q", request.queue});
        if (!request.account.empty()) list.push_back({"-A", request.account});
        if (!request.after.empty()) {
            const bool is_whole = request.after.find(':') != std::string::npos;
            list.push_back({"-W depend", is_whole ? request.after : "afterok:" + request.after});
        }
        return list;
    }
    std::vector<std::string> submit_command(const std::string& script) const override { return {"qsub", script}; }
    std::string read_job_id(std::string_view output) const override {
        // "17.server" or "17[].server", on a line of its own.
        const std::size_t start = output.find_first_of("0123456789");
        if (start == std::string_view::npos) return {};
        return std::string(output.substr(start, output.find_first_of(" \t\r\n", start) - start));
    }
    std::vector<std::string> estimate_command(const std::string&) const override { return {}; }
    std::vector<std::string> state_command(const std::string& job) const override { return {"qstat", "-x", "-f", job}; }
    JobState read_state(std::string_view output) const override {
        const std::string_view letter = attribute(output, "job_state = ");
        // qstat(1B): B an array that has begun, E exiting, F finished, H held, M moved, Q queued, R running, S
        // suspended, T moving, U suspended by a user's return, W waiting for its time, X a finished element.
        JobState state{JobPhase::ended, letter.empty() ? "ended" : "state " + std::string(letter), std::nullopt};
        if (letter.empty()) return state;
        if (std::string_view("RBESU").find(letter[0]) != std::string_view::npos) state.phase = JobPhase::running;
        if (std::string_view("QHWTM").find(letter[0]) != std::string_view::npos) state.phase = JobPhase::waiting;
        const std::string_view comment = attribute(output, "    comment = ");
        if (!comment.empty()) state.words += " (" + std::string(comment) + ')';
        const std::string_view exit_text = attribute(output, "Exit_status = ");
        int exit_code = 0;
        const auto [end, error] = std::from_chars(exit_text.data(), exit_text.data() + exit_text.size(), exit_code);
        if (error == std::errc() && !exit_text.empty()) state.exit_code = exit_code;
        return state;
    }
    std::vector<std::string> cancel_command(const std::string& job) const override { return {"qdel", job}; }
};

}  // namespace

const BatchSystemAdapter& pbs_adapter() {
    static const PbsAdapter adapter;
    return adapter;
}

}  // namespace rankpool
