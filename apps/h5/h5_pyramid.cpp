// rankpool h5 pyramid: smaller and smaller copies of a dataset, for viewers.
#include <cstdio>
#include <map>
#include <memory>

#include <fmt/format.h>

#include <rankpool/blocks/downsample.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/observe/format.hpp>

#include "../exit_code.hpp"
#include "h5_commands.hpp"
#include "h5_run.hpp"

namespace rankpool::apps {
namespace {

struct Options {
    std::string input;
    std::string output;
    std::string factors = "2";
    std::string method = "mean";
    std::uint64_t length_max = PyramidOptions().length_max;
    std::size_t levels_max = PyramidOptions().levels_max;
    std::string chunk;
    std::string filter;
};

const std::map<std::string, Downsampling> methods{{"mean", Downsampling::mean},
                                                  {"min", Downsampling::minimum},
                                                  {"max", Downsampling::maximum},
                                                  {"first", Downsampling::first}};

// Of all levels together, as they are read.
std::uint64_t bytes_to_read(const DatasetInfo& info, const std::vector<PyramidLevel>& levels) {
    std::uint64_t elements = levels.empty() ? 0 : info.element_count();
    for (std::size_t i = 0; i + 1 < levels.size(); ++i) elements += element_count(levels[i].shape);
    return elements * info.element_bytes;
}

int make_levels(Executor& pool, const Options& options) {
    const Dataset dataset = parse_dataset(options.input);
    const DatasetInfo info = dataset.info();
    ShownProgress progress;
    PyramidOptions pyramid{
        .how = methods.at(options.method), .length_max = options.length_max, .levels_max = options.levels_max};
    pyramid.factors = parse_shape(options.factors);
    if (pyramid.factors.size() == 1) pyramid.factors.resize(info.shape.size(), pyramid.factors.front());
    if (!options.chunk.empty()) pyramid.chunk_shape = parse_shape(options.chunk);
    if (!options.filter.empty()) pyramid.filters = parse_filters(options.filter);
    progress.expect(bytes_to_read(info, pyramid_levels(info.shape, pyramid, dataset.dataset())));
    pyramid.wait = [&progress](const Future<BlockSummary>& level) { progress.wait(level); };
    pyramid.blocks = progress.options();
    const std::vector<PyramidLevel> levels = make_pyramid(pool, dataset, options.output, dataset.dataset(), pyramid);
    if (levels.empty()) {
        std::fputs(fmt::format("'{}' needs no levels: with the shape {} it is small enough (--until {})\n",
                               options.input, to_string(info.shape), options.length_max)
                       .c_str(),
                   stderr);
    }
    for (const PyramidLevel& level : levels) {
        std::fputs(fmt::format("{}:{}  {}\n", options.output, level.name, to_string(level.shape)).c_str(), stdout);
    }
    return exit_success;
}

}  // namespace

void add_h5_pyramid(CLI::App& h5, Action& action) {
    CLI::App* command = h5.add_subcommand("pyramid", "Make smaller and smaller copies of a dataset, for viewers");
    const auto options = std::make_shared<Options>();
    command->add_option("IN[:DATASET]", options->input, "The dataset may be left out if there is only one")->required();
    command->add_option("OUT", options->output, "The new file; the levels become DATASET/level_1, DATASET/level_2, …")
        ->required();
    command->add_option("--factor", options->factors, "From level to level: 2, or one for each dimension, as 1,2,2")
        ->capture_default_str();
    command->add_option("--method", options->method, "What becomes of a box of elements")
        ->check(CLI::IsMember(methods))
        ->type_name("mean|min|max|first")
        ->capture_default_str();
    command->add_option("--until", options->length_max, "The last level is no longer than this in any dimension")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_option("--levels", options->levels_max, "At most so many levels")->check(CLI::PositiveNumber);
    command->add_option("--chunk", options->chunk, "Chunk shape of the levels, as 256,256; else that of the dataset");
    command->add_option("--filter", options->filter,
                        "gzip:1 to gzip:9, zstd:1 to zstd:22, lz4, shuffle, fletcher32; else gzip:1,shuffle");
    command->footer(
        "NaNs do not count, and means of whole numbers are rounded. Each level is made from the one before.");
    command->callback([&action, options] {
        action = [options] { return run_h5([&](Executor& pool) { return make_levels(pool, *options); }); };
    });
}

}  // namespace rankpool::apps
