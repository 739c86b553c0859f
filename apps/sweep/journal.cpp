#include "journal.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <zlib.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/shell_text.hpp>

#include "command_template.hpp"

namespace rankpool::sweep {

using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

constexpr const char* format_name = "rankpool sweep 1";
// The dying ranks of a killed sweep may hold it a moment longer.
constexpr int lock_tries = 30;
constexpr Duration lock_pause = 100ms;

unsigned checksum(std::string_view text) {
    return static_cast<unsigned>(crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
}

/// The JSON of a whole line without its end; none if the checksum is not that of the text.
std::optional<std::string_view> content_of(std::string_view line) {
    constexpr std::size_t checksum_length = 8;
    if (line.size() < checksum_length + 1) return std::nullopt;
    unsigned given = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + checksum_length, given, 16);
    line.remove_prefix(checksum_length + 1);
    if (error != std::errc() || end != line.data() - 1 || given != checksum(line)) return std::nullopt;
    return line;
}

std::string json_of(const RunRecord& record) {
    const CommandReport& report = record.report;
    const Json json{{"key", fmt::format("{:016x}", record.key)},
                    {"attempts", record.attempts},
                    {"status", name_of(report.status)},
                    {"exit_code", report.exit_code},
                    {"cause", report.cause},
                    {"started_s", report.started_s},
                    {"duration_s", in_seconds(report.duration)},
                    {"cpu_s", in_seconds(report.cpu)},
                    {"memory_bytes", report.memory_bytes},
                    {"host", report.host},
                    {"rank", report.rank},
                    {"run_dir", record.run_dir},
                    {"stdout", report.out},
                    {"stderr", report.err}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Duration duration_from(const Json& seconds) {
    return std::chrono::round<Duration>(std::chrono::duration<double>(seconds.get<double>()));
}

CaseKey key_from(const Json& json) { return std::stoull(json.at("key").get<std::string>(), nullptr, 16); }

RunRecord record_from(std::string_view text) {
    const Json json = Json::parse(text);
    RunRecord record{.key = key_from(json),
                     .attempts = json.at("attempts").get<int>(),
                     .run_dir = json.at("run_dir").get<std::string>(),
                     .report = {}};
    CommandReport& report = record.report;
    report.status = status_named(json.at("status").get<std::string>());
    report.exit_code = json.at("exit_code").get<int>();
    report.cause = json.at("cause").get<std::string>();
    report.started_s = json.at("started_s").get<double>();
    report.duration = duration_from(json.at("duration_s"));
    report.cpu = duration_from(json.at("cpu_s"));
    report.memory_bytes = json.at("memory_bytes").get<std::int64_t>();
    report.host = json.at("host").get<std::string>();
    report.rank = json.at("rank").get<int>();
    report.out = json.at("stdout").get<std::string>();
    report.err = json.at("stderr").get<std::string>();
    return record;
}

[[noreturn]] void fail(const char* action, const std::string& path) {
    throw Error(fmt::format("cannot {} '{}' (what is finished is kept there): {}", action, path, std::strerror(errno)));
}

void lock(int fd, const std::string& path) {
    for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; ++tries) {
        if (errno != EWOULDBLOCK) return;  // Some parallel file systems have no locks.
        if (tries == lock_tries) {
            throw ConfigError("another sweep writes '" + path +
                              "' now: wait for its end, or give --output another name");
        }
        std::this_thread::sleep_for(lock_pause);
    }
}

}  // namespace

Journal::Journal(std::string path, const std::vector<std::string>& command, Begin begin) : path_(std::move(path)) {
    fd_ = open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd_ < 0) {
        throw ConfigError(
            fmt::format("cannot open '{}' (what is finished is kept there): {}", path_, std::strerror(errno)));
    }
    try {
        lock(fd_, path_);
        if (begin == Begin::anew && ftruncate(fd_, 0) != 0) fail("empty", path_);
        load(command);
        if (size_ == 0)
            write_line(Json{{"format", format_name}, {"command", command}}.dump(-1, ' ', false,
                                                                                Json::error_handler_t::replace));
    } catch (...) {
        close(fd_);
        throw;
    }
}

Journal::~Journal() { close(fd_); }

void Journal::load(const std::vector<std::string>& command) {
    std::string text;  // What is read and not yet used; starts at offset size_.
    std::string block(1 << 20, '\0');
    bool is_first = true;
    for (std::uint64_t position = 0;;) {
        const ssize_t count = pread(fd_, block.data(), block.size(), static_cast<off_t>(position));
        if (count < 0) fail("read", path_);
        if (count == 0) break;
        position += static_cast<std::uint64_t>(count);
        text.append(block.data(), static_cast<std::size_t>(count));
        std::size_t start = 0;
        for (std::size_t end = 0; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
            const auto content = content_of(std::string_view(text).substr(start, end - start));
            const std::uint64_t offset = size_ + start;
            if (!content) {
                ++damaged_count_;
            } else if (is_first) {
                const Json header = Json::parse(*content);
                if (header.value("format", "") != format_name)
                    throw ConfigError("'" + path_ + "' is of another rankpool");
                const auto before = header.at("command").get<std::vector<std::string>>();
                if (before != command) {
                    throw ConfigError("'" + path_ + "' is of another command, `" + shell_line(before) +
                                      "`: give --output another name, or --overwrite to begin anew");
                }
            } else {
                const Json json = Json::parse(*content);
                known_[key_from(json)] = {offset, json.at("attempts").get<int>(), json.at("status") == "succeeded"};
            }
            is_first = false;
        }
        size_ += start;
        text.erase(0, start);
    }
    // What was being written when it was killed.
    if (!text.empty() && ftruncate(fd_, static_cast<off_t>(size_)) != 0) fail("repair the end of", path_);
}

const Journal::Known* Journal::find(CaseKey key) const {
    const auto found = known_.find(key);
    return found == known_.end() ? nullptr : &found->second;
}

void Journal::write_line(const std::string& json) {
    const std::string line = fmt::format("{:08x} {}\n", checksum(json), json);
    for (std::size_t written = 0; written < line.size();) {
        const ssize_t count = write(fd_, line.data() + written, line.size() - written);
        if (count < 0 && errno != EINTR) fail("write to", path_);
        if (count > 0) written += static_cast<std::size_t>(count);
    }
    size_ += line.size();
}

void Journal::add(const RunRecord& record) {
    const std::uint64_t offset = size_;
    write_line(json_of(record));
    known_[record.key] = {offset, record.attempts, record.report.status == RunStatus::succeeded};
}

RunRecord Journal::read(const Known& known) const {
    std::string text;
    std::string block(65536, '\0');
    std::size_t end = std::string::npos;
    while (end == std::string::npos) {
        const ssize_t count = pread(fd_, block.data(), block.size(), static_cast<off_t>(known.offset + text.size()));
        if (count <= 0) fail("read", path_);
        const std::size_t before = text.size();
        text.append(block.data(), static_cast<std::size_t>(count));
        end = text.find('\n', before);
    }
    const auto content = content_of(std::string_view(text).substr(0, end));
    if (!content) throw Error("'" + path_ + "' was changed while it was in use");
    return record_from(*content);
}

void Journal::sync() const { (void)fdatasync(fd_); }

}  // namespace rankpool::sweep
