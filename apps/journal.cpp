// rankpool journal: what the results of finished tasks are, in the folder that a run was given.
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <rankpool/core/error.hpp>
#include <rankpool/journal/format.hpp>
#include <rankpool/journal/journal.hpp>
#include <rankpool/observe/format.hpp>

#include "commands.hpp"
#include "exit_code.hpp"

namespace rankpool::apps {
namespace {

using journal::Found;
using journal::Reader;
using Json = nlohmann::json;

std::string read_journal(const std::string& folder) {
    std::ifstream file(folder + "/journal", std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open())
        throw ConfigError(fmt::format("cannot open '{0}/journal': is '{0}' a journal's folder?", folder));
    if (!journal::has_header(journal::part(bytes))) {
        throw ConfigError(fmt::format("'{}/journal' is no journal of this version of rankpool", folder));
    }
    return bytes;
}

std::string time_text(std::uint64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts = {};
    localtime_r(&time, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
    return text.data();
}

/// What is in a file, as numbers.
struct Summary {
    std::uint64_t records = 0;
    std::uint64_t keys = 0;
    std::uint64_t damaged_bytes = 0;
    std::uint64_t torn_bytes = 0;
};

template <class Each>
Summary walk(const std::string& bytes, Each each) {
    Summary summary;
    std::unordered_map<journal::TaskKey, int> keys;
    Reader reader(journal::part(bytes));
    for (Found found; reader.next(found);) {
        ++summary.records;
        ++keys[found.entry.key];
        each(found.entry);
    }
    summary.keys = keys.size();
    summary.damaged_bytes = reader.damaged_bytes();
    summary.torn_bytes = bytes.size() - reader.end();
    return summary;
}

int show(const std::string& folder) {
    const std::string bytes = read_journal(folder);
    const Summary summary = walk(bytes, [](const journal::Entry& entry) {
        fmt::print("{}  {}  {:>10}  {}\n", to_text(entry.key), time_text(entry.finished_s),
                   format_bytes(entry.result.size()), entry.name);
    });
    std::fflush(stdout);
    fmt::print(stderr, "{} results of {} tasks, {}\n", format_count(summary.records), format_count(summary.keys),
               format_bytes(bytes.size()));
    return exit_success;
}

int verify(const std::string& folder) {
    const Summary summary = walk(read_journal(folder), [](const journal::Entry&) {});
    fmt::print("{} results are whole, {} bytes in between are damaged, {} bytes at the end are torn\n", summary.records,
               summary.damaged_bytes, summary.torn_bytes);
    if (summary.damaged_bytes > 0)
        fmt::print("tasks whose results are damaged run again; `rankpool journal compact` drops them\n");
    return summary.damaged_bytes > 0 ? exit_failure : exit_success;
}

std::string hexadecimal(BytesView bytes) {
    std::string text;
    text.reserve(2 * bytes.size());
    for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    return text;
}

int export_lines(const std::string& folder) {
    walk(read_journal(folder), [](const journal::Entry& entry) {
        const Json json{{"key", to_text(entry.key)},
                        {"name", entry.name},
                        {"finished_s", entry.finished_s},
                        {"result", hexadecimal(entry.result)}};
        fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
    });
    return exit_success;
}

int compact(const std::string& folder) {
    const auto [before, after] = journal::Journal::compact(folder);
    fmt::print("{} became {}\n", format_bytes(before), format_bytes(after));
    return exit_success;
}

}  // namespace

void add_journal_command(CLI::App& program, Action& action) {
    CLI::App* command =
        program.add_subcommand("journal", "Results of finished tasks, which a run with RANKPOOL_JOURNAL=DIR keeps");
    command->require_subcommand(1);
    const auto folder = std::make_shared<std::string>();
    const auto add = [&](const char* name, const char* help, int (*run)(const std::string&)) {
        CLI::App* part = command->add_subcommand(name, help);
        part->add_option("folder", *folder, "The journal's folder")->required();
        part->callback([&action, folder, run] {
            action = [folder, run] {
                try {
                    return run(*folder);
                } catch (const ConfigError& error) {
                    fmt::print(stderr, "rankpool journal: {}\n", error.what());
                    return static_cast<int>(exit_usage);
                }
            };
        });
    };
    add("show", "List keys, when they finished, sizes and names", show);
    add("verify", "Check all checksums; exit code 1 if something in between is damaged", verify);
    add("export", "Print a JSON object per result: key, name, finished_s, and the packed result in hexadecimal",
        export_lines);
    add("compact", "Write it anew with each task once", compact);
}

}  // namespace rankpool::apps
