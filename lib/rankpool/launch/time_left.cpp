#include <algorithm>
#include <cstdlib>
#include <ctime>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/child_process.hpp>
#include <rankpool/launch/time_left.hpp>
#include <rankpool/launch/time_text.hpp>

namespace rankpool {

using namespace std::chrono_literals;

namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return {};
    return text.substr(start, text.find_last_not_of(" \t\r\n") - start + 1);
}

/// The value behind `label`, up to the next character of `ends`; empty without it.
std::string_view value_after(std::string_view text, std::string_view label, const char* ends) {
    const std::size_t found = text.find(label);
    if (found == std::string_view::npos) return {};
    const std::string_view rest = text.substr(found + label.size());
    return trimmed(rest.substr(0, rest.find_first_of(ends)));
}

std::optional<std::chrono::seconds> seconds_in(const std::string& text) {
    const auto count = find_count({{"text", text}}, "text");
    return count ? std::optional(std::chrono::seconds(*count)) : std::nullopt;
}

/// "Fri Nov 20 16:36:38 2026", in local time.
std::optional<WallClock> ctime_in(const std::string& text) {
    std::tm parts = {};
    parts.tm_isdst = -1;  // mktime() finds out.
    const char* const end = strptime(text.c_str(), "%a %b %d %H:%M:%S %Y", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    return std::chrono::system_clock::from_time_t(std::mktime(&parts));
}

std::optional<Duration> ask_slurm(const std::string& job, const Query& query) {
    if (const auto answer = query({"squeue", "-h", "-j", job, "-o", "%L"})) return read_squeue_time_left(*answer);
    if (const auto answer = query({"scontrol", "show", "job", job})) return read_scontrol_time_left(*answer);
    return std::nullopt;
}

std::optional<Duration> ask_pbs(const Environment& environment, const std::string& job, const Query& query,
                                WallClock now) {
    // PBS does not put its commands into a job's PATH.
    const std::string folder = find_text(environment, "PBS_EXEC").value_or("/opt/pbs");
    for (const std::string& program : {std::string("qstat"), folder + "/bin/qstat"}) {
        if (const auto answer = query({program, "-f", job})) return read_qstat_time_left(*answer, now);
    }
    return std::nullopt;
}

std::optional<Duration> time_left_of_job(const Environment& environment, const Query& query, WallClock now) {
    if (const auto limit = find_count(environment, "RANKPOOL_TIME_LIMIT_S")) return std::chrono::seconds(*limit);
    if (const auto job = find_text(environment, "SLURM_JOB_ID")) {
        if (const auto end = find_text(environment, "SLURM_JOB_END_TIME")) {
            const auto seconds = std::chrono::seconds(std::strtoll(end->c_str(), nullptr, 10));
            if (seconds > 0s) return std::max<Duration>(WallClock(seconds) - now, 0s);
        }
        return ask_slurm(*job, query);
    }
    if (const auto job = find_text(environment, "PBS_JOBID")) return ask_pbs(environment, *job, query, now);
    return std::nullopt;
}

}  // namespace

std::optional<Duration> read_squeue_time_left(std::string_view output) {
    // The elements of an array have a line each; with an element's own number there is one.
    return parse_clock(trimmed(output.substr(0, output.find('\n'))));
}

std::optional<Duration> read_scontrol_time_left(std::string_view output) {
    const auto limit = parse_clock(value_after(output, "TimeLimit=", " \n"));
    const auto used = parse_clock(value_after(output, "RunTime=", " \n"));
    if (!limit || !used) return std::nullopt;
    return std::max<Duration>(*limit - *used, 0s);
}

std::optional<Duration> read_qstat_time_left(std::string_view output, WallClock now) {
    if (const auto left = seconds_in(std::string(value_after(output, "Walltime.Remaining =", "\n")))) return *left;
    const std::string_view limit_text = value_after(output, "Resource_List.walltime =", "\n");
    // Torque also knows plain seconds.
    std::optional<Duration> limit = parse_clock(limit_text);
    if (!limit) limit = seconds_in(std::string(limit_text));
    if (!limit) return std::nullopt;
    if (const auto start = ctime_in(std::string(value_after(output, " stime =", "\n")))) {
        return std::clamp<Duration>(*limit - (now - *start), 0s, *limit);
    }
    const auto used = parse_clock(value_after(output, "resources_used.walltime =", "\n"));
    return std::max<Duration>(*limit - used.value_or(0s), 0s);
}

std::optional<Duration> find_time_left(const Environment& environment, const Query& query, WallClock now) {
    const auto of_job = time_left_of_job(environment, query, now);
    const auto wish = find_text(environment, "RANKPOOL_TIME_LIMIT");
    if (!wish) return of_job;
    return std::min(parse_time(*wish), of_job.value_or(duration_max));
}

void require_sane_time_limit(const Environment& environment) {
    const auto wish = find_text(environment, "RANKPOOL_TIME_LIMIT");
    if (!wish) return;
    try {
        parse_time(*wish);
    } catch (const ConfigError& error) {
        throw ConfigError(std::string("RANKPOOL_TIME_LIMIT: ") + error.what());
    }
}

std::optional<Duration> current_time_left() {
    return find_time_left(current_environment(), answer_of, std::chrono::system_clock::now());
}

Duration leaving_reserve(Duration left) { return std::min<Duration>(left / 10, 15s); }

std::optional<std::string> answer_of(const std::vector<std::string>& command) {
    const ChildSpec spec{.arguments = command,
                         .environment = entries_of(current_environment()),
                         .directory = {},
                         .time_limit = 10s,
                         .grace = 1s};
    const ChildEnd end = run_child(spec, [] { return false; });
    return end.exit_code == 0 && end.cut == Cut::none ? std::optional(end.out) : std::nullopt;
}

}  // namespace rankpool
