// rankpool h5 histogram: how often values occur; as text, JSON or picture.
#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <rankpool/blocks/histogram.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/observe/format.hpp>

#include "../exit_code.hpp"
#include "h5_commands.hpp"
#include "h5_run.hpp"
#include "histogram_plot.hpp"

namespace rankpool::apps {
namespace {

struct Options {
    std::string what;
    std::size_t bins = 20;
    std::vector<double> range;
    bool is_json = false;
    std::string plot;
};

std::string as_text(const Histogram& histogram) {
    constexpr std::size_t bar_columns = 50;
    const std::uint64_t most = std::max<std::uint64_t>(1, *std::ranges::max_element(histogram.counts));
    const std::vector<double> edges = histogram.edges();
    std::string text;
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        const std::uint64_t count = histogram.counts[i];
        const auto columns =
            static_cast<std::size_t>(static_cast<double>(count) / static_cast<double>(most) * bar_columns);
        text += fmt::format("{:>12.6g} … {:<12.6g} {:>15} {}\n", edges[i], edges[i + 1], format_count(count),
                            std::string(columns, '#'));
    }
    if (histogram.below != 0) text += fmt::format("below {}\n", format_count(histogram.below));
    if (histogram.above != 0) text += fmt::format("above {}\n", format_count(histogram.above));
    if (histogram.nan_count != 0) text += fmt::format("NaN {}\n", format_count(histogram.nan_count));
    return text;
}

int show(Executor& pool, const Options& options) {
    const Dataset dataset = parse_dataset(options.what);
    HistogramOptions wanted{.bin_count = options.bins};
    if (!options.range.empty()) {
        if (options.range.size() != 2 || !(options.range[0] < options.range[1])) {
            throw ConfigError("--range is two numbers, the lower one first, as --range 0,10");
        }
        wanted.low = options.range[0];
        wanted.high = options.range[1];
    }
    ShownProgress progress;
    const Histogram histogram = progress.wait(rankpool::histogram(pool, dataset, wanted, progress.options()));
    if (!options.plot.empty()) write_histogram_plot(options.plot, dataset.path() + ':' + dataset.dataset(), histogram);
    const nlohmann::json json{{"file", dataset.path()},     {"dataset", dataset.dataset()},
                              {"counts", histogram.counts}, {"edges", histogram.edges()},
                              {"below", histogram.below},   {"above", histogram.above},
                              {"nan", histogram.nan_count}};
    std::fputs((options.is_json ? json.dump(2) + '\n' : as_text(histogram)).c_str(), stdout);
    return exit_success;
}

}  // namespace

void add_h5_histogram(CLI::App& h5, Action& action) {
    CLI::App* command = h5.add_subcommand("histogram", "How often the values of a dataset occur");
    const auto options = std::make_shared<Options>();
    command->add_option("FILE[:DATASET]", options->what, "The dataset may be left out if there is only one")
        ->required();
    command->add_option("--bins", options->bins, "Bins of equal width")->capture_default_str();
    command->add_option("--range", options->range, "LOW,HIGH; without it, the range of the data")->delimiter(',');
    command->add_flag("--json", options->is_json, "Write one JSON object");
    command->add_option("--plot", options->plot, "Draw it into this SVG file")->type_name("FILE.svg");
    command->callback([&action, options] {
        action = [options] { return run_h5([&](Executor& pool) { return show(pool, *options); }); };
    });
}

}  // namespace rankpool::apps
