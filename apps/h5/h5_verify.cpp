// rankpool h5 verify: reads and checks every chunk.
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <rankpool/blocks/check.hpp>
#include <rankpool/observe/format.hpp>

#include "../exit_code.hpp"
#include "h5_commands.hpp"
#include "h5_run.hpp"

namespace rankpool::apps {
namespace {

struct Options {
    std::string what;
    bool is_json = false;
};

// A dataset that cannot even be opened counts as damaged.
ChunkCheck check(Executor& pool, const std::string& path, const std::string& name, ShownProgress& progress) {
    try {
        return progress.wait(check_chunks(pool, Dataset::open(path, name), progress.options()));
    } catch (const DatasetError& error) {
        return {.chunk_count = 0, .unwritten_count = 0, .damaged_count = 1, .problems = {error.what()}};
    }
}

int verify(Executor& pool, const Options& options) {
    const FileOrDataset given = parse_file_or_dataset(options.what);
    std::vector<std::string> names{given.dataset};
    if (given.dataset.empty()) names = dataset_names(given.path);
    ShownProgress progress;
    nlohmann::json json{{"file", given.path}, {"datasets", nlohmann::json::array()}};
    std::string text;
    std::uint64_t damaged = 0;
    for (const std::string& name : names) {
        const ChunkCheck found = check(pool, given.path, name, progress);
        damaged += found.damaged_count;
        json["datasets"].push_back({{"dataset", name},
                                    {"chunks", found.chunk_count},
                                    {"unwritten", found.unwritten_count},
                                    {"damaged", found.damaged_count},
                                    {"problems", found.problems}});
        for (const std::string& problem : found.problems) text += problem + '\n';
        text += fmt::format("{}  {} chunks, {} never written, {} damaged\n", name, format_count(found.chunk_count),
                            format_count(found.unwritten_count), format_count(found.damaged_count));
    }
    json["damaged"] = damaged;
    std::fputs((options.is_json ? json.dump(2) + '\n' : text).c_str(), stdout);
    return damaged == 0 ? exit_success : exit_failure;
}

}  // namespace

void add_h5_verify(CLI::App& h5, Action& action) {
    CLI::App* command = h5.add_subcommand("verify", "Read and check every chunk; exit code 1 if any is damaged");
    const auto options = std::make_shared<Options>();
    command->add_option("FILE[:DATASET]", options->what, "All datasets, or one")->required();
    command->add_flag("--json", options->is_json, "Write one JSON object");
    command->callback([&action, options] {
        action = [options] { return run_h5([&](Executor& pool) { return verify(pool, *options); }); };
    });
}

}  // namespace rankpool::apps
