// rankpool h5 select: the values of a dataset that fulfil conditions, in order, into a new file.
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include <rankpool/blocks/select.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/dataset/output_file.hpp>
#include <rankpool/observe/format.hpp>

#include "../exit_code.hpp"
#include "h5_commands.hpp"
#include "h5_run.hpp"

namespace rankpool::apps {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Options {
    std::string input;
    std::string output;
    double at_least = -infinity;
    double at_most = infinity;
    std::int64_t multiple_of = 0;
};

template <class T>
struct Condition {
    double at_least;
    double at_most;
    std::int64_t multiple_of;
    bool operator()(T value) const {
        const auto number = static_cast<double>(value);
        return number >= at_least && number <= at_most && is_multiple(value);
    }
    bool is_multiple(T value) const {
        if (multiple_of == 0) return true;
        if constexpr (std::is_floating_point_v<T>) {
            return std::fmod(static_cast<double>(value), static_cast<double>(multiple_of)) == 0;
        } else if constexpr (std::is_signed_v<T>) {
            return static_cast<std::int64_t>(value) % multiple_of == 0;
        } else {
            return static_cast<std::uint64_t>(value) % static_cast<std::uint64_t>(multiple_of) == 0;
        }
    }
};

int select_values(Executor& pool, const Options& options) {
    const Dataset dataset = parse_dataset(options.input);
    const DatasetInfo info = dataset.info();
    if (info.type == ElementType::other) {
        throw ConfigError("'" + options.input + "' holds " + info.type_text + ", and conditions are about numbers");
    }
    if (info.shape.empty() || info.element_count() == 0)
        throw ConfigError("'" + options.input + "' has nothing to select from");
    OutputFile file(options.output);
    ShownProgress progress;
    const std::uint64_t found = with_element_type(info.type, [&]<class T>(std::type_identity<T>) {
        auto selected = file.create_appender<T>("/selected");
        const Condition<T> condition{options.at_least, options.at_most, options.multiple_of};
        const std::uint64_t count = progress.wait(select<T>(pool, condition, dataset, selected, progress.options()));
        selected.set_attribute("source_file", dataset.path());
        selected.set_attribute("source_dataset", dataset.dataset());
        return count;
    });
    file.commit();
    std::fputs(fmt::format("{} of {} values in {}:/selected\n", format_count(found), format_count(info.element_count()),
                           options.output)
                   .c_str(),
               stdout);
    return exit_success;
}

}  // namespace

void add_h5_select(CLI::App& h5, Action& action) {
    CLI::App* command = h5.add_subcommand("select", "Write the values that fulfil all conditions, in order");
    const auto options = std::make_shared<Options>();
    command->add_option("FILE[:DATASET]", options->input, "The dataset may be left out if there is only one")
        ->required();
    command->add_option("OUT", options->output, "The new file; the values become its dataset /selected")->required();
    command->add_option("--min", options->at_least, "Only values that are not less");
    command->add_option("--max", options->at_most, "Only values that are not greater");
    command->add_option("--multiple-of", options->multiple_of, "Only values that this divides")
        ->check(CLI::PositiveNumber);
    command->callback([&action, options] {
        action = [options] { return run_h5([&](Executor& pool) { return select_values(pool, *options); }); };
    });
}

}  // namespace rankpool::apps
