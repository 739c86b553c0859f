#include <filesystem>
#include <system_error>
#include <vector>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/dataset.hpp>
#include <rankpool/dataset/dataset_spec.hpp>

namespace rankpool {
namespace {

bool exists(std::string_view path) {
    std::error_code ignored;
    return !path.empty() && std::filesystem::exists(std::filesystem::path(path), ignored);
}

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
    throw ConfigError("cannot tell which dataset '" + std::string(text) + "' is: " + why);
}

// A dataset the user could have meant.
std::string example(const std::string& path) {
    try {
        const std::vector<std::string> names = dataset_names(path);
        if (!names.empty()) return path + ':' + names.front();
    } catch (const Error&) {
        // No HDF5 file; opening it later says so.
    }
    return path + ":/data";
}

std::size_t separator(std::string_view text) {
    for (std::size_t colon = text.rfind(':'); colon != std::string_view::npos && colon > 0;
         colon = text.rfind(':', colon - 1)) {
        if (exists(text.substr(0, colon))) return colon;
    }
    if (exists(text))
        refuse(text, "it names a file, but no dataset in it: write FILE:DATASET, as in '" + example(std::string(text)) +
                         '\'');
    const std::size_t before_slash = text.rfind(":/");
    return before_slash != std::string_view::npos ? before_slash : text.rfind(':');
}

}  // namespace

DatasetSpec parse_dataset_spec(std::string_view text) {
    const std::size_t colon = separator(text);
    if (colon == std::string_view::npos) refuse(text, "write FILE:DATASET, as in 'run.h5:/data'");
    DatasetSpec spec{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
    if (spec.path.empty())
        refuse(text, "the file is missing before the colon: write FILE:DATASET, as in 'run.h5:/data'");
    if (spec.dataset.empty() || spec.dataset == "/") {
        refuse(text, "the dataset is missing after the colon: write FILE:DATASET, as in '" + example(spec.path) + '\'');
    }
    if (spec.dataset.front() != '/') spec.dataset.insert(0, 1, '/');
    return spec;
}

}  // namespace rankpool
