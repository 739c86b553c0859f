// rankpool bench: what a task costs here, beside what MPI and a farm written by hand cost in the same run.
#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <mpi.h>

#include <rankpool/launch/launcher.hpp>
#include <rankpool/launch/machine.hpp>

#include "bench/measure.hpp"
#include "bench/output.hpp"
#include "bench/plot.hpp"
#include "bench/work.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "h5/h5_commands.hpp"
#include "info_facts.hpp"
#include "info_json.hpp"

namespace rankpool::apps {
namespace {

struct BenchOptions {
    bool is_json = false;
    std::string plot;
    double seconds = 0;  // 0: what the subcommand takes by itself
};

/// A subcommand that measures one thing.
struct TopicCommand {
    Topic topic;
    const char* name;
    const char* help;
};
constexpr std::array<TopicCommand, topic_count> topic_commands = {
    {{Topic::tasks, "tasks", "Tasks per second and efficiency: empty ones, and 1 us to 1 ms, by submit and by map"},
     {Topic::latency, "latency", "From submit() of one task to its result"},
     {Topic::payload, "payload", "Arguments and results of 1 KiB to 1 GiB"},
     {Topic::graph, "graph",
      "Tasks that need others: chain, fan, stencil, tree, random, FFT; METG(50 %), the smallest task with which half "
      "of "
      "the time is work"},
     {Topic::memory, "memory", "Bytes that a waiting task takes on rank 0"},
     {Topic::startup, "startup", "From opening a pool to its first result, and closing it"},
     {Topic::scheduler, "scheduler", "Decisions alone, for 1,000 and 100,000 workers"},
     {Topic::idle, "idle", "How much of a core a worker with nothing to do uses"}}};

constexpr double seconds_of_topic = 15;
constexpr double seconds_of_all = 60;
constexpr double huge_payload_memory = 16e9;  // Bytes: 1 GiB travels with some copies of it, on all ranks of a host.

const char* const footer =
    "Each figure is the median of blocks of about a millisecond in which no rank lost its core. What it is compared\n"
    "with was measured in turns with it: raw.* is MPI alone, farm.* a farm written by hand (naive: one task a "
    "message;\n"
    "batch and tuned: many). Start it as you would start your program, with one rank per core:\n"
    "  mpirun -n 2 rankpool bench                     all of it, in a good minute\n"
    "  mpirun -n 2 rankpool bench tasks --json        one topic, for a script\n"
    "  srun -n 64 --mpi=pmix rankpool bench graph     on a cluster: how long should tasks be?\n"
    "The last line says how long tasks should be here.";

/// Bytes that can still be had on this host without swapping; 0 if it does not say.
double available_memory() {
    std::ifstream file("/proc/meminfo");
    std::string name;
    double kibibytes = 0;
    for (std::string rest; file >> name >> kibibytes; std::getline(file, rest)) {
        if (name == "MemAvailable:") return 1024 * kibibytes;
    }
    return 0;
}

std::string not_measured(const Workplace& workplace) {
    if (workplace.rank_count > 1) return {};
    return "One rank has nobody to send to: MPI itself and farms were not measured, and the pool ran its tasks on a "
           "thread of the same process. Start it with `mpirun -n 2 rankpool bench`, or with one rank per core.";
}

int bench_on_ranks(const MpiSession& mpi, const BenchOptions& options, const Plan& plan) {
    std::vector<Machine> machines;
    for (const std::string& text : mpi.gather(encode(current_machine()))) machines.push_back(decode_machine(text));
    BenchReport report;
    report.rank_count = mpi.rank_count();
    int core_count = 0;
    bool has_core_for_each = true;
    for (const HostFacts& host : hosts_of(machines)) {
        report.hosts.push_back(host.machine.host);
        core_count += static_cast<int>(host.machine.usable_cores.size());
        has_core_for_each = has_core_for_each && host.ranks.size() <= host.machine.usable_cores.size();
    }
    Workplace workplace{.rank_count = mpi.rank_count(),
                        .core_count = agree(std::max(core_count, 1)),
                        .turns_per_s = turns_per_second()};
    // Waiting ranks that yield lose their core for milliseconds to whatever else runs here, and that would be measured.
    workplace.pace = decide_together(has_core_for_each) ? PaceKind::latency : PaceKind::balanced;
    Plan agreed = plan;
    agreed.with_huge_payloads =
        decide_together(plan.with_huge_payloads && mpi.rank() == 0 && available_memory() > huge_payload_memory);
    report.measurements = measure(mpi, workplace, agreed);
    report.not_measured = not_measured(workplace);
    if (mpi.rank() != 0) return exit_success;
    if (!options.plot.empty()) write_bench_plot(options.plot, report);
    std::fputs((options.is_json ? bench_json(report) + '\n' : bench_text(report)).c_str(), stdout);
    return exit_success;
}

int run_bench(const BenchOptions& options, Plan plan) {
    require_usable(current_launch());
    if (options.seconds > 0) plan.seconds = options.seconds;
    return run_on_ranks(MPI_THREAD_SERIALIZED,
                        [&](const MpiSession& mpi) { return bench_on_ranks(mpi, options, plan); });
}

Plan plan_of_all() {
    Plan plan{.topics = {}, .seconds = seconds_of_all};
    for (const TopicCommand& command : topic_commands) plan.topics.insert(command.topic);
    return plan;
}

void add_options(CLI::App& command, BenchOptions& options, double seconds) {
    command.add_flag("--json", options.is_json, "Write one JSON object");
    command.add_option("--plot", options.plot, "Draw the ratios into this SVG file, too");
    command.add_option("--seconds", options.seconds, fmt::format("How long to measure [{:g}]", seconds))
        ->check(CLI::Range(0.1, 3600.0));
}

}  // namespace

void add_bench_command(CLI::App& program, Action& action) {
    CLI::App* command =
        program.add_subcommand("bench", "Measure what a task costs here, beside MPI itself (start it with mpirun)");
    const auto options = std::make_shared<BenchOptions>();
    command->footer(footer);
    add_options(*command, *options, seconds_of_all);
    for (const TopicCommand& topic : topic_commands) {
        CLI::App* const one = command->add_subcommand(topic.name, topic.help);
        add_options(*one, *options, seconds_of_topic);
        const Plan plan{
            .topics = {topic.topic}, .with_huge_payloads = topic.topic == Topic::payload, .seconds = seconds_of_topic};
        one->callback([&action, options, plan] { action = [options, plan] { return run_bench(*options, plan); }; });
    }
    CLI::App* const all =
        command->add_subcommand("all", "All of these, without the payloads over 16 MiB (as without a subcommand)");
    add_options(*all, *options, seconds_of_all);
    all->callback([&action, options] { action = [options] { return run_bench(*options, plan_of_all()); }; });
    add_bench_h5(*command, action);
    command->callback([&action, options, command] {
        if (command->get_subcommands().empty()) action = [options] { return run_bench(*options, plan_of_all()); };
    });
}

}  // namespace rankpool::apps
