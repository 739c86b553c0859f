// rankpool h5 diff: whether two files or datasets hold the same.
#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include <rankpool/blocks/difference.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/observe/format.hpp>

#include "../exit_code.hpp"
#include "h5_commands.hpp"
#include "h5_run.hpp"

namespace rankpool::apps {
namespace {

struct Options {
    std::string left;
    std::string right;
    double tolerance = 0;
};

Shape place_of(std::uint64_t position, const Shape& shape) {
    Shape place(shape.size());
    for (std::size_t d = shape.size(); d-- > 0;) {
        place[d] = position % shape[d];
        position /= shape[d];
    }
    return place;
}

// What differs, in words; empty if nothing does.
std::string compare(Executor& pool, const Dataset& left, const Dataset& right, const Options& options,
                    ShownProgress& progress) {
    const Shape shape = left.info().shape;
    if (shape != right.info().shape) {
        return fmt::format("{}  shapes {} and {}\n", left.dataset(), to_string(shape), to_string(right.info().shape));
    }
    const Difference found =
        progress.wait(difference(pool, left, right, {.tolerance = options.tolerance}, progress.options()));
    if (found.count == 0) return "";
    return fmt::format("{}  {} of {} elements differ, the first at {}, by {:g} at most\n", left.dataset(),
                       format_count(found.count), format_count(element_count(shape)),
                       to_string(place_of(found.first, shape)), found.greatest);
}

int diff(Executor& pool, const Options& options) {
    const FileOrDataset left = parse_file_or_dataset(options.left);
    const FileOrDataset right = parse_file_or_dataset(options.right);
    if (left.dataset.empty() != right.dataset.empty()) {
        throw ConfigError("give two files, or a dataset of each");
    }
    ShownProgress progress;
    std::string text;
    if (!left.dataset.empty()) {
        text = compare(pool, Dataset::open(left.path, left.dataset), Dataset::open(right.path, right.dataset), options,
                       progress);
    } else {
        const std::vector<std::string> of_left = dataset_names(left.path);
        const std::vector<std::string> of_right = dataset_names(right.path);
        for (const std::string& name : of_left) {
            if (!std::ranges::binary_search(of_right, name)) {
                text += fmt::format("{}  only in {}\n", name, left.path);
                continue;
            }
            text += compare(pool, Dataset::open(left.path, name), Dataset::open(right.path, name), options, progress);
        }
        for (const std::string& name : of_right) {
            if (!std::ranges::binary_search(of_left, name)) text += fmt::format("{}  only in {}\n", name, right.path);
        }
    }
    std::fputs(text.c_str(), stdout);
    return text.empty() ? exit_success : exit_failure;
}

}  // namespace

void add_h5_diff(CLI::App& h5, Action& action) {
    CLI::App* command =
        h5.add_subcommand("diff", "Compare the elements of two files or datasets; exit code 1 if they differ");
    const auto options = std::make_shared<Options>();
    command->add_option("FILE[:DATASET]", options->left, "One")->required();
    command->add_option("OTHER[:DATASET]", options->right, "The other")->required();
    command->add_option("--tolerance", options->tolerance, "Numbers that differ by no more are equal")
        ->check(CLI::NonNegativeNumber);
    command->callback([&action, options] {
        action = [options] { return run_h5([&](Executor& pool) { return diff(pool, *options); }); };
    });
}

}  // namespace rankpool::apps
