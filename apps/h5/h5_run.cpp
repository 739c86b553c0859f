#include "h5_run.hpp"

#include <cstdio>
#include <filesystem>
#include <sstream>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/dataset_spec.hpp>
#include <rankpool/executor/run.hpp>

#include "../exit_code.hpp"

namespace rankpool::apps {
namespace {

constexpr std::uint64_t mebibyte = 1U << 20;

int report(const char* text, int exit_code) {
    std::fprintf(stderr, "rankpool h5: %s\n", text);
    return exit_code;
}

}  // namespace

int run_h5(const std::function<int(Executor&)>& body) {
    char name[] = "rankpool";
    char* arguments[] = {name, nullptr};
    PoolOptions options;
    options.coordinator_work = CoordinatorWork::always;
    return run(
        1, arguments,
        [&](Executor& pool) {
            try {
                return body(pool);
            } catch (const ConfigError& error) {
                return report(error.what(), exit_usage);
            } catch (const std::exception& error) {
                return report(error.what(), exit_failure);
            }
        },
        options);
}

FileOrDataset parse_file_or_dataset(const std::string& text) {
    if (std::filesystem::exists(text)) return {text, ""};
    if (text.find(':') == std::string::npos) {
        throw ConfigError("there is no file '" + text + "': give FILE or FILE:DATASET");
    }
    const DatasetSpec spec = parse_dataset_spec(text);
    return {spec.path, spec.dataset};
}

Dataset parse_dataset(const std::string& text) {
    const FileOrDataset given = parse_file_or_dataset(text);
    if (!given.dataset.empty()) return Dataset::open(given.path, given.dataset);
    const std::vector<std::string> names = dataset_names(given.path);
    if (names.size() == 1) return Dataset::open(given.path, names.front());
    constexpr std::size_t shown_max = 10;
    std::string list;
    for (std::size_t i = 0; i < names.size() && i < shown_max; ++i) list += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > shown_max) list += ", …";
    throw ConfigError(names.empty() ? "'" + given.path + "' has no datasets"
                                    : "'" + given.path + "' has " + std::to_string(names.size()) +
                                          " datasets: give one as FILE:DATASET (" + list + ")");
}

ShownProgress::ShownProgress() : meter_(current_progress_options("MiB"), now()) {}

BlockOptions ShownProgress::options() {
    return {.progress = [this](const BlockProgress& progress) {
        total_of_this_ = progress.bytes_total;
        of_this_ = progress.bytes_done;
    }};
}

void ShownProgress::update() {
    const std::uint64_t total = total_ != 0 ? total_ : before_ + total_of_this_.load();
    meter_.update({.done = (before_ + of_this_.load()) / mebibyte, .failed = 0, .total = total / mebibyte}, now());
}

[[noreturn]] static void refuse_filter(const std::string& part) {
    throw ConfigError("'" + part + "' is no filter that is made here: use gzip, gzip:1 to gzip:9, zstd, zstd:1 to " +
                      "zstd:22, lz4, shuffle, fletcher32, several of them with commas, or none");
}

static int level_in(const std::string& part, const std::string& level, int usual, int most) {
    if (level.empty()) return usual;
    if (level.size() > 2 || level.find_first_not_of("0123456789") != std::string::npos) refuse_filter(part);
    const int number = std::stoi(level);
    if (number < 1 || number > most) refuse_filter(part);
    return number;
}

Filters parse_filters(const std::string& text) {
    Filters filters;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        const std::size_t colon = part.find(':');
        const std::string filter = part.substr(0, colon);
        const std::string level = colon == std::string::npos ? "" : part.substr(colon + 1);
        if (filter == "gzip") {
            filters.gzip_level = level_in(part, level, 4, 9);
        } else if (filter == "zstd") {
            filters.zstd_level = level_in(part, level, 3, 22);
        } else if (filter == "lz4" && level.empty()) {
            filters.lz4 = true;
        } else if (filter == "shuffle" && level.empty()) {
            filters.shuffle = true;
        } else if ((filter == "fletcher32" || filter == "checksum") && level.empty()) {
            filters.checksum = true;
        } else if (part != "none") {
            refuse_filter(part);
        }
    }
    if (text.find("none") != std::string::npos && filters.any()) {
        throw ConfigError("'" + text + "' asks for filters and for none");
    }
    return filters;
}

Shape parse_shape(const std::string& text) {
    Shape shape;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        const bool is_number =
            !part.empty() && part.size() < 19 && part.find_first_not_of("0123456789") == std::string::npos;
        if (!is_number || std::stoull(part) == 0) {
            throw ConfigError("'" + text + "' is no chunk shape: give a length per dimension, as 256,256");
        }
        shape.push_back(std::stoull(part));
    }
    return shape;
}

}  // namespace rankpool::apps
