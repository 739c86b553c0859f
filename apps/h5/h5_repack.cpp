// rankpool h5 repack: a file anew, with other chunks or filters.
#include <cstdio>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include <rankpool/blocks/copy.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/dataset/structure_copy.hpp>
#include <rankpool/observe/format.hpp>

#include "../exit_code.hpp"
#include "h5_commands.hpp"
#include "h5_run.hpp"

namespace rankpool::apps {
namespace {

struct Options {
    std::string input;
    std::string output;
    std::string chunk;
    std::string filter;
};

constexpr std::uint64_t filtered_bytes_min = 1024;  // Below this filters make data larger.

LayoutChange change_of(const Options& options) {
    LayoutChange change;
    if (!options.chunk.empty()) change.chunk_shape = parse_shape(options.chunk);
    if (!options.filter.empty()) change.filters = parse_filters(options.filter);
    return change;
}

// What applies to one dataset of many: chunks of as many dimensions, filters for what is worth it.
LayoutChange fitting(LayoutChange change, const DatasetInfo& info) {
    if (change.chunk_shape && change.chunk_shape->size() != info.shape.size()) change.chunk_shape.reset();
    if (info.element_count() * info.element_bytes < filtered_bytes_min) {
        change = {.chunk_shape = {}, .filters = info.layout == Layout::chunked ? change.filters : std::nullopt};
    }
    return change;
}

std::vector<UnfilledDataset> copy_all_but_elements(OutputFile& file, const FileOrDataset& source,
                                                   const LayoutChange& change) {
    if (source.dataset.empty()) {
        return copy_structure(file, source.path,
                              [&](const std::string&, const DatasetInfo& info) { return fitting(change, info); });
    }
    const DatasetInfo info = Dataset::open(source.path, source.dataset).info();
    if (change.chunk_shape && change.chunk_shape->size() != info.shape.size()) {
        throw ConfigError("--chunk " + to_string(*change.chunk_shape) + " and the shape " + to_string(info.shape) +
                          " differ in their number of dimensions");
    }
    return copy_structure_of(file, source.path, source.dataset, change);
}

int repack(Executor& pool, const Options& options) {
    const FileOrDataset source = parse_file_or_dataset(options.input);
    const LayoutChange change = change_of(options);
    const Instant start = now();
    OutputFile file(options.output);
    const std::vector<UnfilledDataset> unfilled = copy_all_but_elements(file, source, change);
    ShownProgress progress;
    std::uint64_t bytes = 0;
    for (const UnfilledDataset& dataset : unfilled) {
        bytes += dataset.output.info().element_count() * dataset.output.info().element_bytes;
    }
    progress.expect(bytes);
    for (const UnfilledDataset& dataset : unfilled) {
        progress.wait(copy(pool, Dataset::open(source.path, dataset.name), dataset.output, progress.options()));
    }
    file.commit();
    const Duration taken = now() - start;
    std::fputs(fmt::format("{} in {}, from {} to {}, {}/s\n", format_bytes(bytes), format_duration(taken),
                           format_bytes(std::filesystem::file_size(source.path)),
                           format_bytes(std::filesystem::file_size(options.output)),
                           format_bytes(static_cast<std::uint64_t>(static_cast<double>(bytes) / in_seconds(taken))))
                   .c_str(),
               stdout);
    return exit_success;
}

}  // namespace

void add_h5_repack(CLI::App& h5, Action& action) {
    CLI::App* command = h5.add_subcommand("repack", "Write a file or dataset anew, with other chunks or filters");
    const auto options = std::make_shared<Options>();
    command->add_option("IN[:DATASET]", options->input, "What to read: everything, or one dataset")->required();
    command->add_option("OUT", options->output, "The new file; an old one of that name is replaced at the end")
        ->required();
    command->add_option("--chunk", options->chunk, "Chunk shape, as 256,256; for datasets of so many dimensions");
    command->add_option("--filter", options->filter,
                        "gzip:1 to gzip:9, zstd:1 to zstd:22, lz4, shuffle, fletcher32, with commas; or none");
    command->footer("What is not given stays as it is. Groups, links, attributes and dimension scales are kept.");
    command->callback([&action, options] {
        action = [options] { return run_h5([&](Executor& pool) { return repack(pool, *options); }); };
    });
}

}  // namespace rankpool::apps
