#include "simulate_output.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <rankpool/observe/format.hpp>

namespace rankpool::apps {
namespace {

using Json = nlohmann::ordered_json;
using scheduler::Settlement;

Json object_of(const SimulatedRun& run, const std::string& workload) {
    const scheduler::Counters& counters = run.counters;
    return {{"workload", workload},
            {"workers", run.cluster.workers},
            {"slots", run.cluster.slots},
            {"seed", run.cluster.seed},
            {"tasks", run.tasks},
            {"ns_per_task", run.ns_per_task()},
            {"ns_per_decision", run.ns_per_decision()},
            {"decisions_per_second", run.decisions_per_second()},
            {"scheduler_s", in_seconds(run.scheduler_time)},
            {"events", run.events},
            {"bytes_per_waiting_task", run.bytes_per_waiting_task},
            {"peak_memory_bytes", run.peak_bytes},
            {"makespan_s", in_seconds(run.makespan)},
            {"list_makespan_s", in_seconds(run.list_makespan)},
            {"makespan_ratio", run.makespan_ratio()},
            {"lower_bound_s", in_seconds(run.bounds.lower(std::uint64_t{run.cluster.workers} * run.cluster.slots))},
            {"longest_task_s", in_seconds(run.bounds.longest)},
            {"utilisation", run.utilisation()},
            {"executions", counters.executions},
            {"succeeded", counters.settled_as(Settlement::succeeded)},
            {"failed", counters.settled_as(Settlement::failed)},
            {"input_failed",
             run.tasks - counters.settled_as(Settlement::succeeded) - counters.settled_as(Settlement::failed)},
            {"retries", counters.retries},
            {"lost_retries", counters.lost_retries},
            {"taken_back", counters.stolen_back},
            {"copies", counters.copies}};
}

/// What bounds the time, in a word or two.
std::string limit_of(const SimulatedRun& run) {
    const std::uint64_t slots = std::uint64_t{run.cluster.workers} * run.cluster.slots;
    if (run.scheduler_time > run.makespan) return "rank 0";
    if (run.bounds.path * 10 < run.bounds.work / static_cast<Duration::rep>(slots) * 9) return "the workers";
    return run.bounds.path_tasks > 1 ? "the longest path" : "the longest task";
}

std::string advice_on(const SimulatedRun& run) {
    if (run.scheduler_time * 2 <= run.makespan) return "";
    return fmt::format(
        "rank 0 alone needs {} to decide on all this (on this machine), so real runs take longer than the makespan: "
        "make tasks longer, for instance with map() and chunks\n",
        format_duration(run.scheduler_time));
}

}  // namespace

std::string simulate_text(const SimulatedRun& run, const std::string& workload) {
    const scheduler::Counters& counters = run.counters;
    std::string text = fmt::format("{} tasks ({}) on {} workers with {} slot{} each, seed {}\n",
                                   format_count(run.tasks), workload, format_count(run.cluster.workers),
                                   run.cluster.slots, run.cluster.slots == 1 ? "" : "s", run.cluster.seed);
    text += fmt::format("\nscheduler (real time on one core, the virtual cluster not counted)\n");
    text += fmt::format("  {:<24}{:.0f} ns, submit, assign and finish together\n", "per task", run.ns_per_task());
    text += fmt::format("  {:<24}{:.0f} ns per task sent to a worker, so {}\n", "per decision", run.ns_per_decision(),
                        format_rate(run.decisions_per_second()));
    text += fmt::format("  {:<24}{:.0f} B with its inputs (from the allocator)\n", "per waiting task",
                        run.bytes_per_waiting_task);
    text += fmt::format("  {:<24}{} (of this process, the virtual cluster included)\n", "peak memory",
                        format_bytes(run.peak_bytes));
    text += fmt::format("\nschedule (virtual time)\n");
    text += fmt::format("  {:<24}{}, limited by {}\n", "makespan", format_duration(run.makespan), limit_of(run));
    text += fmt::format("  {:<24}{} by a naive list scheduler without latency: ratio {:.3f}\n", "list bound",
                        format_duration(run.list_makespan), run.makespan_ratio());
    text += fmt::format("  {:<24}{:.1f} %\n", "slots busy", 100 * run.utilisation());
    text += fmt::format(
        "  {:<24}{}, {} failed, {} never ran for want of an input\n", "succeeded",
        format_count(counters.settled_as(Settlement::succeeded)), format_count(counters.settled_as(Settlement::failed)),
        format_count(run.tasks - counters.settled_as(Settlement::succeeded) - counters.settled_as(Settlement::failed)));
    text += fmt::format("  {:<24}{} after an exception, {} after a lost worker; {} taken back, {} copied\n",
                        "tried again", format_count(counters.retries), format_count(counters.lost_retries),
                        format_count(counters.stolen_back), format_count(counters.copies));
    const std::string advice = advice_on(run);
    return advice.empty() ? text : text + '\n' + advice;
}

std::string simulate_json(const SimulatedRun& run, const std::string& workload) {
    return object_of(run, workload).dump(2);
}

std::string ranks_text(const std::vector<RankRun>& runs, const std::string& workload) {
    const SimulatedRun& first = runs.front().run;
    std::string text = fmt::format(
        "{} tasks ({}), {} of work, longest task {}\nrank 0 coordinates, the others run {} at once\n\n",
        format_count(first.tasks), workload, format_duration(first.bounds.work), format_duration(first.bounds.longest),
        first.cluster.slots == 1 ? "one task" : std::to_string(first.cluster.slots) + " tasks");
    text += fmt::format("{:>8} {:>14} {:>9} {:>8}   {}\n", "ranks", "time", "speedup", "busy", "limited by");
    for (const RankRun& each : runs) {
        const SimulatedRun& run = each.run;
        text += fmt::format("{:>8} {:>14} {:>9.1f} {:>6.0f} %   {}\n", each.ranks, format_duration(run.makespan),
                            in_seconds(run.bounds.work) / std::max(in_seconds(run.makespan), 1e-9),
                            100 * run.utilisation(), limit_of(run));
    }
    return text;
}

std::string ranks_json(const std::vector<RankRun>& runs, const std::string& workload) {
    Json report = object_of(runs.back().run, workload);
    Json list = Json::array();
    for (const RankRun& each : runs) {
        list.push_back({{"ranks", each.ranks},
                        {"workers", each.run.cluster.workers},
                        {"makespan_s", in_seconds(each.run.makespan)},
                        {"makespan_ratio", each.run.makespan_ratio()},
                        {"utilisation", each.run.utilisation()},
                        {"limited_by", limit_of(each.run)}});
    }
    report["ranks"] = std::move(list);
    return report.dump(2);
}

}  // namespace rankpool::apps
