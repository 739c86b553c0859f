// rankpool h5 stats: count, extremes, mean and standard deviation of a dataset.
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <rankpool/blocks/statistics.hpp>
#include <rankpool/observe/format.hpp>

#include "../exit_code.hpp"
#include "h5_commands.hpp"
#include "h5_run.hpp"

namespace rankpool::apps {
namespace {

struct StatsOptions {
    std::string what;
    bool is_json = false;
};

int show(Executor& pool, const StatsOptions& options) {
    const Dataset dataset = parse_dataset(options.what);
    ShownProgress progress;
    const Statistics all = progress.wait(statistics(pool, dataset, progress.options()));
    const auto number = [](const FillValue& value) {
        return std::visit([](auto held) { return nlohmann::json(held); }, value);
    };
    // Numbers that JSON does not have, as infinite ones, become null.
    const nlohmann::json json{{"file", dataset.path()},
                              {"dataset", dataset.dataset()},
                              {"count", all.count},
                              {"min", all.count == 0 ? nlohmann::json() : number(all.min)},
                              {"max", all.count == 0 ? nlohmann::json() : number(all.max)},
                              {"mean", all.mean()},
                              {"std", all.standard_deviation()},
                              {"nan", all.nan_count}};
    if (options.is_json) {
        std::fputs((json.dump(2) + '\n').c_str(), stdout);
        return exit_success;
    }
    std::fputs(fmt::format("{}:{}\ncount {}\nmin   {}\nmax   {}\nmean  {}\nstd   {}\nnan   {}\n", dataset.path(),
                           dataset.dataset(), format_count(all.count), json["min"].dump(), json["max"].dump(),
                           all.mean(), all.standard_deviation(), format_count(all.nan_count))
                   .c_str(),
               stdout);
    return exit_success;
}

}  // namespace

void add_h5_stats(CLI::App& h5, Action& action) {
    CLI::App* command = h5.add_subcommand("stats", "Count, extremes, mean and standard deviation of a dataset");
    const auto options = std::make_shared<StatsOptions>();
    command->add_option("FILE[:DATASET]", options->what, "The dataset may be left out if there is only one")
        ->required();
    command->add_flag("--json", options->is_json, "Write one JSON object");
    command->callback([&action, options] {
        action = [options] { return run_h5([&](Executor& pool) { return show(pool, *options); }); };
    });
}

}  // namespace rankpool::apps
