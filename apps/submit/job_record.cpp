#include "job_record.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/run_status.hpp>

namespace rankpool::submit {

using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

std::optional<JobStatus> read_status(const fs::path& path) {
    JobStatus status;
    std::ifstream file(path);
    if (!(file >> status.exit_code)) return std::nullopt;
    file >> status.next;
    std::ifstream run(fs::path(path).replace_extension(".run"));
    status.message = read_run_status(std::string(std::istreambuf_iterator<char>(run), {})).message;
    return status;
}

/// PBS writes 17.server where its scripts say 17, and 17[].server for an array whose elements are 17[0], 17[1], …
std::string bare(const std::string& id) { return id.substr(0, id.find_first_of(".[")); }

}  // namespace

JobRecord::JobRecord(const std::string& folder) : folder_((fs::path(folder) / ".rankpool").string()) {}

std::string JobRecord::new_script_path(const std::string& name) const {
    for (int number = 1;; ++number) {
        const fs::path path = fs::path(folder_) / fmt::format("{}-{}.sh", name, number);
        if (!fs::exists(path)) return path.string();
    }
}

void JobRecord::add(const JobEntry& entry) const {
    const Json json{{"id", entry.id},          {"scheduler", entry.scheduler},
                    {"name", entry.name},      {"submitted", entry.submitted},
                    {"script", entry.script},  {"output", entry.output},
                    {"command", entry.command}};
    std::ofstream file(folder_ + "/jobs.jsonl", std::ios::app);
    file << json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n' << std::flush;
    if (!file) throw Error("job " + entry.id + " is submitted, but could not be noted in '" + folder_ + "/jobs.jsonl'");
}

std::vector<JobEntry> JobRecord::entries() const {
    std::vector<JobEntry> entries;
    std::ifstream file(folder_ + "/jobs.jsonl");
    for (std::string line; std::getline(file, line);) {
        const Json json = Json::parse(line, nullptr, false);
        if (!json.is_object()) continue;
        entries.push_back({json.value("id", ""), json.value("scheduler", ""), json.value("name", ""),
                           json.value("submitted", ""), json.value("script", ""), json.value("output", ""),
                           json.value("command", "")});
    }
    return entries;
}

std::optional<JobStatus> JobRecord::status(const std::string& id) const {
    const std::string job = bare(id);
    if (auto own = read_status(fs::path(folder_) / (job + ".status"))) return own;
    std::optional<JobStatus> worst;
    std::error_code error;
    for (const auto& file : fs::directory_iterator(folder_, error)) {
        const std::string name = file.path().filename().string();
        const bool is_element = name.starts_with(job + '_') || name.starts_with(job + '[');
        if (!is_element || !name.ends_with(".status")) continue;
        const auto one = read_status(file.path());
        if (one && (!worst || one->exit_code > worst->exit_code)) worst = one;
    }
    return worst;
}

}  // namespace rankpool::submit
