// The program `rankpool`: reads the command line and hands over to a subcommand. A file per subcommand.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>

#include <rankpool/core/error.hpp>
#include <rankpool/core/version.hpp>
#include <rankpool/launch/launcher.hpp>

#include "commands.hpp"
#include "exit_code.hpp"

namespace {

using namespace rankpool;
using namespace rankpool::apps;

std::string problem(const CLI::App& program, const CLI::ParseError& error, const std::string& first_argument) {
    if (!program.get_subcommands().empty()) return error.what();
    if (!first_argument.empty()) return "'" + first_argument + "' is not a subcommand";
    return "a subcommand is missing";
}

/// Help goes to stdout; a mistake becomes one line on stderr that says where to look. Of many ranks, one speaks, and it
/// alone reports the mistake to mpirun, which otherwise might end it before it has spoken.
int report(const CLI::App& program, const CLI::ParseError& error, const std::string& first_argument) {
    if (current_launch().rank != 0) return exit_success;
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return program.exit(error);
    const auto chosen = program.get_subcommands();
    const std::string command = chosen.empty() ? "rankpool" : "rankpool " + chosen.front()->get_name();
    std::fprintf(stderr, "%s: %s; see `%s --help`\n", command.c_str(), problem(program, error, first_argument).c_str(),
                 command.c_str());
    return exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App program("Executors and futures over MPI ranks: what is here, and how fast it is.", "rankpool");
    program.set_version_flag("--version", std::string("rankpool ") + rankpool::version);
    program.require_subcommand(1);
    program.add_option_function<std::string>(
        "--memory-budget", [](const std::string& bytes) { setenv("RANKPOOL_MEMORY_BUDGET", bytes.c_str(), 1); },
        "Results that each rank keeps in memory, such as 4GiB; before the subcommand");
    Action action;
    add_info_command(program, action);
    add_bench_command(program, action);
    add_simulate_command(program, action);
    add_sweep_command(program, action);
    add_h5_command(program, action);
    add_submit_command(program, action);
    add_jobs_commands(program, action);
    add_journal_command(program, action);
    try {
        program.parse(argc, argv);
        return action();
    } catch (const CLI::ParseError& error) {
        return report(program, error, argc > 1 ? argv[1] : "");
    } catch (const std::exception& error) {
        // Before MPI is started all ranks meet the same problem; what happens later ends in run_on_ranks().
        if (current_launch().rank == 0) std::fprintf(stderr, "rankpool: %s\n", error.what());
        return dynamic_cast<const LaunchError*>(&error) != nullptr ? exit_usage : exit_failure;
    }
}
