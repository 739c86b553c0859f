// rankpool info: what a bug report needs, and what is wrong with the way programs are started.
#include <cstdio>
#include <memory>
#include <utility>

#include <mpi.h>

#include <rankpool/executor/store_limits.hpp>
#include <rankpool/launch/time_left.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "info_json.hpp"
#include "info_libraries.hpp"
#include "info_text.hpp"
#include "mpi_session.hpp"

namespace rankpool::apps {
namespace {

struct InfoOptions {
    bool is_json = false;
};

/// On rank 0: adds what needs no other rank, and writes it all.
void write_info(InfoFacts facts, const InfoOptions& options) {
    facts.libraries = library_facts();
    facts.hosts = hosts_of(facts.ranks);
    facts.allocation = current_allocation();
    if (facts.allocation) facts.time_left = current_time_left();
    const int ranks_here = facts.hosts.empty() ? 1 : static_cast<int>(facts.hosts.front().ranks.size());
    const StoreLimits limits = store_limits(with_environment({}), ranks_here);
    facts.results_in_memory = limits.memory;
    facts.results_on_disk = limits.disk;
    facts.spill_directory = limits.directory;
    facts.openmp_threads = find_count(current_environment(), "OMP_NUM_THREADS");
    std::fputs((options.is_json ? info_json(facts) + '\n' : info_text(facts)).c_str(), stdout);
}

int info_on_ranks(const MpiSession& mpi, InfoFacts facts, const InfoOptions& options) {
    for (const std::string& text : mpi.gather(encode(current_machine()))) facts.ranks.push_back(decode_machine(text));
    if (mpi.rank() != 0) return exit_success;
    facts.launch.rank_count = mpi.rank_count();
    facts.mpi_thread_level = thread_level_name(mpi.thread_level());
    facts.yields_when_idle = mpi.yields_when_idle();
    write_info(std::move(facts), options);
    return exit_success;
}

int run_info(const InfoOptions& options) {
    InfoFacts facts;
    facts.launch = current_launch();
    if (facts.launch.launcher == Launcher::srun_without_mpi) {
        // MPI_Init would end the process, with a text about how Slurm should be built.
        facts.ranks = {current_machine()};
        if (facts.launch.rank == 0) write_info(std::move(facts), options);
        return exit_success;
    }
    // The highest level, to see what there is.
    return run_on_ranks(MPI_THREAD_MULTIPLE, [&](const MpiSession& mpi) { return info_on_ranks(mpi, facts, options); });
}

}  // namespace

void add_info_command(CLI::App& program, Action& action) {
    CLI::App* command =
        program.add_subcommand("info", "Show versions, ranks, cores, the batch job, and what is wrong with them");
    const auto options = std::make_shared<InfoOptions>();
    command->add_flag("--json", options->is_json, "Write one JSON object");
    command->callback([&action, options] { action = [options] { return run_info(*options); }; });
}

}  // namespace rankpool::apps
