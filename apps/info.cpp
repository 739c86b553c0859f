// rankpool info: what a bug report needs, and what is wrong with the way programs are started.
#include <cstdio>
#include <memory>

#include <mpi.h>

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

int run_info(const InfoOptions& options) {
    InfoFacts facts;
    facts.launch = current_launch();
    const Machine machine = current_machine();
    std::unique_ptr<MpiSession> mpi;
    if (facts.launch.launcher == Launcher::srun_without_mpi) {
        // MPI_Init would end the process, with a text about how Slurm should be built.
        if (facts.launch.rank != 0) return exit_success;
        facts.ranks = {machine};
    } else {
        mpi = std::make_unique<MpiSession>(MPI_THREAD_MULTIPLE);
        for (const std::string& text : mpi->gather(encode(machine))) facts.ranks.push_back(decode_machine(text));
        if (mpi->rank() != 0) return exit_success;
        facts.launch.rank_count = mpi->rank_count();
        facts.mpi_thread_level = thread_level_name(mpi->thread_level());
        facts.yields_when_idle = mpi->yields_when_idle();
    }
    facts.libraries = library_facts();
    facts.hosts = hosts_of(facts.ranks);
    facts.allocation = current_allocation();
    facts.openmp_threads = find_count(current_environment(), "OMP_NUM_THREADS");
    std::fputs((options.is_json ? info_json(facts) + '\n' : info_text(facts)).c_str(), stdout);
    return exit_success;
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
