// rankpool h5 info: what is in a file, and how it lies there.
#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <rankpool/observe/format.hpp>

#include "../exit_code.hpp"
#include "h5_commands.hpp"
#include "h5_run.hpp"

namespace rankpool::apps {
namespace {

struct InfoOptions {
    std::string what;
    bool is_json = false;
};

const char* name_of(Layout layout) {
    switch (layout) {
        case Layout::chunked:
            return "chunked";
        case Layout::contiguous:
            return "contiguous";
        case Layout::compact:
            return "compact";
        case Layout::virtual_dataset:
            return "virtual";
    }
    return "";
}

std::string filter_text(const DatasetInfo& info) {
    std::string text;
    for (const FilterInfo& filter : info.filters) {
        text += text.empty() ? filter.name : ", " + filter.name;
        if ((filter.name == "gzip" || filter.name == "zstd") && !filter.parameters.empty())
            text += ':' + std::to_string(filter.parameters[0]);
    }
    return text.empty() ? "none" : text;
}

/// How many bytes of elements lie in one byte of the file; 0 if none are stored.
double ratio_of(const DatasetInfo& info) {
    if (info.storage_bytes == 0) return 0;
    return static_cast<double>(info.element_count() * info.element_bytes) / static_cast<double>(info.storage_bytes);
}

nlohmann::json as_json(const Dataset& dataset) {
    const DatasetInfo info = dataset.info();
    nlohmann::json json{{"dataset", dataset.dataset()},
                        {"shape", info.shape},
                        {"type", info.type_text},
                        {"element_bytes", info.element_bytes},
                        {"layout", name_of(info.layout)},
                        {"bytes", info.element_count() * info.element_bytes},
                        {"stored_bytes", info.storage_bytes},
                        {"ratio", ratio_of(info)},
                        {"filters", nlohmann::json::array()},
                        {"read_by_hdf5_because", dataset.slow_reason()}};
    for (const FilterInfo& filter : info.filters) {
        json["filters"].push_back({{"id", filter.id}, {"name", filter.name}, {"parameters", filter.parameters}});
    }
    if (info.layout == Layout::chunked) {
        json["chunk_shape"] = info.chunk_shape;
        json["chunks"] = dataset.grid().chunk_count();
        if (dataset.slow_reason().empty()) json["chunks_written"] = dataset.chunk_places().size();
    }
    return json;
}

std::string line_of(const Dataset& dataset) {
    const DatasetInfo info = dataset.info();
    std::string text = fmt::format("{}  {} {}, ", dataset.dataset(), info.type_text, to_string(info.shape));
    text += info.layout == Layout::chunked ? "chunks " + to_string(info.chunk_shape) : name_of(info.layout);
    text +=
        fmt::format(", filters: {}, {}", filter_text(info), format_bytes(info.element_count() * info.element_bytes));
    if (const double ratio = ratio_of(info); ratio != 0) {
        text += fmt::format(" in {} ({:.2f}:1)", format_bytes(info.storage_bytes), ratio);
    } else if (info.element_count() != 0 && info.layout != Layout::virtual_dataset) {
        text += ", never written";
    }
    return text + '\n';
}

// Rows of signs, one for each chunk or for several neighbours: how well they are compressed, or that nobody wrote them.
std::string chunk_map(const Dataset& dataset, const std::vector<ChunkPlace>& places) {
    constexpr std::uint64_t columns = 64;
    constexpr std::uint64_t rows_max = 16;
    const DatasetInfo info = dataset.info();
    const std::uint64_t count = dataset.grid().chunk_count();
    const std::uint64_t per_sign = std::max<std::uint64_t>(1, (count + columns * rows_max - 1) / (columns * rows_max));
    const std::uint64_t full = element_count(info.chunk_shape) * info.element_bytes;
    std::vector<std::uint64_t> bytes((count + per_sign - 1) / per_sign, 0);
    for (const ChunkPlace& place : places) bytes[place.chunk / per_sign] += place.bytes;
    std::string text =
        fmt::format("chunk map ({} chunk{} a sign; . not written, 1 to 9 tenths of their size, # full)\n", per_sign,
                    per_sign == 1 ? "" : "s");
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const double share = static_cast<double>(bytes[i]) / static_cast<double>(full * per_sign);
        const int tenths = std::clamp(static_cast<int>(share * 10), 1, 9);
        if (i % columns == 0) text += "  ";
        text += bytes[i] == 0 ? '.' : share >= 1 ? '#' : static_cast<char>('0' + tenths);
        if (i % columns == columns - 1 || i + 1 == bytes.size()) text += '\n';
    }
    return text;
}

std::string details_of(const Dataset& dataset) {
    std::string text = line_of(dataset);
    const std::string reason = dataset.slow_reason();
    text += reason.empty() ? "read without HDF5, by all ranks at once\n" : "read by HDF5: " + reason + '\n';
    if (const std::vector<ChunkPlace> places = dataset.chunk_places(); !places.empty()) {
        const auto [least, most] = std::ranges::minmax(places, {}, &ChunkPlace::bytes);
        text += fmt::format("{} of {} chunks written, of {} to {}\n", format_count(places.size()),
                            format_count(dataset.grid().chunk_count()), format_bytes(least.bytes),
                            format_bytes(most.bytes));
        text += chunk_map(dataset, places);
    }
    for (const Attribute& attribute : dataset.attributes()) {
        text += fmt::format("@{} = {}\n", attribute.name, to_string(attribute.value));
    }
    return text;
}

int show(const InfoOptions& options) {
    const FileOrDataset given = parse_file_or_dataset(options.what);
    std::vector<std::string> names{given.dataset};
    if (given.dataset.empty()) names = dataset_names(given.path);
    nlohmann::json json{{"file", given.path}, {"datasets", nlohmann::json::array()}};
    std::string text;
    for (const std::string& name : names) {
        const Dataset dataset = Dataset::open(given.path, name);
        if (options.is_json) {
            json["datasets"].push_back(as_json(dataset));
        } else {
            text += given.dataset.empty() ? line_of(dataset) : details_of(dataset);
        }
    }
    if (options.is_json) text = json.dump(2) + '\n';
    std::fputs(text.c_str(), stdout);
    return exit_success;
}

}  // namespace

void add_h5_info(CLI::App& h5, Action& action) {
    CLI::App* command = h5.add_subcommand("info", "Show datasets: type, shape, chunks, filters, sizes, ratio");
    const auto options = std::make_shared<InfoOptions>();
    command->add_option("FILE[:DATASET]", options->what, "Of a dataset also its chunk map and attributes")->required();
    command->add_flag("--json", options->is_json, "Write one JSON object");
    command->callback(
        [&action, options] { action = [options] { return run_h5([&](Executor&) { return show(*options); }); }; });
}

}  // namespace rankpool::apps
