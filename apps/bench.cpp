// rankpool bench: what a task costs here, beside what MPI and a farm written by hand cost in the same run.
#include <cstdio>
#include <memory>

#include <mpi.h>

#include <rankpool/launch/launcher.hpp>
#include <rankpool/launch/machine.hpp>
#include <rankpool/transport/pace.hpp>

#include "bench_farm.hpp"
#include "bench_output.hpp"
#include "bench_pool.hpp"
#include "bench_raw.hpp"
#include "bench_report.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "h5/h5_commands.hpp"
#include "info_facts.hpp"
#include "info_json.hpp"
#include "mpi_session.hpp"

namespace rankpool::apps {
namespace {

struct BenchOptions {
    bool is_json = false;
    double seconds = 15;
};

// Several blocks in a row keep caches warm; few of them keep what is compared close in time.
constexpr int blocks_per_round = 3;

bool decide_together(bool decision_of_rank_0) {
    int decision = decision_of_rank_0 ? 1 : 0;
    MPI_Bcast(&decision, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return decision != 0;
}

std::vector<Measurement> measure(const MpiSession& mpi, const BenchOptions& options, PaceKind pace) {
    const double start = seconds_now();
    std::vector<Measured> references;
    for (const auto& made : {raw_cases(), farm_cases(mpi.rank_count())}) {
        for (const BlockCase& spec : made) references.emplace_back(spec);
    }
    PoolBench pool(mpi, pace);
    pool.measure_memory_and_idling();
    // In turns, so that a spell of other load touches all of them alike.
    do {
        for (Measured& measured : references) run_blocks(measured, blocks_per_round);
        pool.run_round(blocks_per_round);
    } while (decide_together(seconds_now() - start < options.seconds));

    std::vector<Measurement> measurements;
    for (const Measured& measured : pool.results()) measurements.push_back(measurement_of(measured));
    for (const Measured& measured : references) measurements.push_back(measurement_of(measured));
    add_references(measurements);
    return measurements;
}

int bench_on_ranks(const MpiSession& mpi, const BenchOptions& options) {
    if (mpi.rank_count() == 1) {
        std::fputs(
            "rankpool bench: one rank has nobody to send to; start it with `mpirun -n 2 rankpool bench`, or with one "
            "rank "
            "per core\n",
            stderr);
        return exit_usage;
    }
    std::vector<Machine> machines;
    for (const std::string& text : mpi.gather(encode(current_machine()))) machines.push_back(decode_machine(text));
    BenchReport report;
    report.rank_count = mpi.rank_count();
    bool has_core_for_each = true;
    for (const HostFacts& host : hosts_of(machines)) {
        report.hosts.push_back(host.machine.host);
        has_core_for_each = has_core_for_each && host.ranks.size() <= host.machine.usable_cores.size();
    }
    // Waiting ranks that yield lose their core for milliseconds to whatever else runs here, and that would be measured.
    const PaceKind pace = decide_together(has_core_for_each) ? PaceKind::latency : PaceKind::balanced;
    report.measurements = measure(mpi, options, pace);
    if (mpi.rank() == 0) std::fputs((options.is_json ? bench_json(report) + '\n' : bench_text(report)).c_str(), stdout);
    return exit_success;
}

int run_bench(const BenchOptions& options) {
    require_usable(current_launch());
    return run_on_ranks(MPI_THREAD_SERIALIZED, [&](const MpiSession& mpi) { return bench_on_ranks(mpi, options); });
}

}  // namespace

void add_bench_command(CLI::App& program, Action& action) {
    CLI::App* command =
        program.add_subcommand("bench", "Measure what a task costs here, beside MPI itself (start it with mpirun)");
    const auto options = std::make_shared<BenchOptions>();
    command->add_flag("--json", options->is_json, "Write one JSON object");
    command->add_option("--seconds", options->seconds, "How long to measure")
        ->check(CLI::Range(0.1, 3600.0))
        ->capture_default_str();
    add_bench_h5(*command, action);
    command->callback([&action, options, command] {
        if (command->get_subcommands().empty()) action = [options] { return run_bench(*options); };
    });
}

}  // namespace rankpool::apps
