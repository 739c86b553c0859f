// rankpool sweep: parameter studies of any program, without writing C++.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>

#include <rankpool/core/error.hpp>
#include <rankpool/executor/run.hpp>
#include <rankpool/launch/child_guard.hpp>
#include <rankpool/launch/launcher.hpp>
#include <rankpool/launch/shell_text.hpp>
#include <rankpool/observe/format.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "sweep_options.hpp"

namespace rankpool::apps {
namespace {

constexpr std::size_t shown_max = 5;

std::string command_of_case(const sweep::SweepPlan& plan, std::size_t index) {
    const std::string run_dir = plan.run_root + '/' + plan.space.label(index);
    return shell_line(plan.command.expand({plan.space.values(index), run_dir, index}));
}

std::string dry_run_text(const sweep::SweepPlan& plan) {
    std::string text = fmt::format("{} cases; the table would be {}\n", format_count(plan.space.size()), plan.output);
    if (plan.begin == sweep::Journal::Begin::go_on) {
        const sweep::Journal journal(sweep::journal_path(plan.output), plan.command.arguments(), plan.begin);
        std::size_t succeeded = 0;
        for (std::size_t index = 0; index < plan.space.size(); ++index) {
            const auto* const known = journal.find(plan.space.key(index));
            succeeded += known != nullptr && known->has_succeeded ? 1 : 0;
        }
        text += fmt::format("{} of them have succeeded before and would not be run again\n", format_count(succeeded));
    }
    for (std::size_t index = 0; index < plan.space.size(); ++index) {
        if (index == shown_max && plan.space.size() > shown_max + 1) {
            text += fmt::format("… {} more …\n", format_count(plan.space.size() - shown_max - 1));
            index = plan.space.size() - 1;
        }
        text += command_of_case(plan, index) + '\n';
    }
    return text;
}

/// A column of a table that the command leaves alone is a remark; a grid that makes no difference is a slip.
void warn_of_unused(const sweep::SweepPlan& plan, const SweepOptions& options) {
    for (const std::string& name : plan.command.unused()) {
        const bool is_grid = std::any_of(options.grids.begin(), options.grids.end(),
                                         [&](const std::string& grid) { return grid.starts_with(name + '='); });
        if (!is_grid) continue;
        std::fprintf(
            stderr,
            "rankpool sweep: the command does not use {%s}, so its values make no difference; they become a column "
            "only\n",
            name.c_str());
    }
}

int exit_code_of(const sweep::SweepResult& result) {
    if (result.ended_by == sweep::EndedBy::signal && result.signal == SIGINT) return exit_interrupted;
    if (result.ended_by == sweep::EndedBy::signal || result.ended_by == sweep::EndedBy::walltime) return exit_resumable;
    return result.failed > 0 ? exit_failure : exit_success;
}

int run_sweep_command(const SweepOptions& options) {
    if (options.is_dry_run) {
        if (current_launch().rank != 0) return exit_success;
        try {
            const sweep::SweepPlan plan = plan_of(options);
            warn_of_unused(plan, options);
            std::fputs(dry_run_text(plan).c_str(), stdout);
            return exit_success;
        } catch (const ConfigError& error) {
            std::fprintf(stderr, "rankpool sweep: %s\n", error.what());
            return exit_usage;
        }
    }
    // A sweep has a journal of its own, and commands that use rankpool must not meet in one.
    unsetenv("RANKPOOL_JOURNAL");
    // What commands start themselves must not outlive us, even if somebody kills us without warning.
    const ChildGuard guard;
    // Rank 0 only starts programs and waits for them, so it has time to coordinate.
    const PoolOptions pool_options{.slots = options.jobs, .coordinator_work = CoordinatorWork::always};
    std::string name = "rankpool";
    char* argument = name.data();
    return run(
        1, &argument,
        [&](Executor& pool) {
            const sweep::SweepPlan plan = plan_of(options);
            warn_of_unused(plan, options);
            return exit_code_of(sweep::run_sweep(pool, plan));
        },
        pool_options);
}

}  // namespace

void add_sweep_command(CLI::App& program, Action& action) {
    const auto options = std::make_shared<SweepOptions>();
    CLI::App* command = add_sweep_options(program, *options);
    command->callback([&action, options] { action = [options] { return run_sweep_command(*options); }; });
}

}  // namespace rankpool::apps
