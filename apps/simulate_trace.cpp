#include "simulate_trace.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <rankpool/core/error.hpp>

#include "csv.hpp"

namespace rankpool::apps {
namespace {

constexpr std::size_t tasks_max = 200'000'000;

struct Line {
    std::string function;
    double duration_s = 0;
};

double number_of(const std::string& cell) {
    double number = 0;
    const std::size_t length = cell.find_last_not_of(' ') + 1;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + length, number);
    if (error != std::errc() || end != cell.data() + length || length == 0) {
        throw ConfigError("'" + cell + "' is no duration in seconds");
    }
    return number;
}

/// Where the columns are.
class CsvReader {
  public:
    explicit CsvReader(std::string_view header) {
        const std::vector<std::string> names = split_csv(header);
        function_ = find(names, "function");
        duration_ = find(names, "duration_s");
    }
    Line read(std::string_view line) const {
        const std::vector<std::string> cells = split_csv(line);
        if (cells.size() <= std::max(function_, duration_)) throw ConfigError("it has too few columns");
        return {cells[function_], number_of(cells[duration_])};
    }

  private:
    static std::size_t find(const std::vector<std::string>& names, std::string_view name) {
        const auto found = std::find(names.begin(), names.end(), name);
        if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
        throw ConfigError("there is no column '" + std::string(name) +
                          "': the first line should be `function,duration_s`");
    }

    std::size_t function_ = 0;
    std::size_t duration_ = 0;
};

Line read_json(const std::string& line) {
    const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object()) throw ConfigError("it is no JSON object");
    const auto function = object.find("function");
    const auto duration = object.find("duration_s");
    if (function == object.end() || !function->is_string()) throw ConfigError("it has no text \"function\"");
    if (duration == object.end() || !duration->is_number()) throw ConfigError("it has no number \"duration_s\"");
    return {function->get<std::string>(), duration->get<double>()};
}

void add(Trace& trace, const Line& line) {
    constexpr double longest_s = 1e7;
    if (!(line.duration_s >= 0) || line.duration_s > longest_s) {
        throw ConfigError("a task takes between 0 and 10,000,000 s");
    }
    if (trace.size() == tasks_max) throw ConfigError("that is one task too many: 200 million are the limit");
    trace.add(line.function, Duration(static_cast<Duration::rep>(std::llround(line.duration_s * 1e9))));
}

void read_lines(std::istream& file, Trace& trace, std::size_t& line_number) {
    std::optional<CsvReader> csv;
    for (std::string line; std::getline(file, line);) {
        ++line_number;
        if (!line.empty() && line.back() == '\r') line.pop_back();
        const std::size_t start = line.find_first_not_of(" \t");
        if (start == std::string::npos) continue;
        if (!csv && line[start] == '{') {
            add(trace, read_json(line));
        } else if (!csv) {
            if (trace.size() > 0) throw ConfigError("it is no JSON object");
            csv.emplace(line);
        } else {
            add(trace, csv->read(line));
        }
    }
}

}  // namespace

void Trace::add(const std::string& function, Duration busy) {
    auto found = std::find(functions_.begin(), functions_.end(), function);
    if (found == functions_.end()) found = functions_.insert(found, function);
    const FunctionId id{static_cast<std::uint32_t>(found - functions_.begin())};
    tasks_.push_back({.busy = busy, .function = id});
}

Trace read_trace(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw ConfigError("cannot open the trace '" + path + "': does it exist, and may you read it?");
    Trace trace;
    std::size_t line_number = 0;
    try {
        read_lines(file, trace, line_number);
    } catch (const ConfigError& error) {
        throw ConfigError("trace '" + path + "', line " + std::to_string(line_number) + ": " + error.what());
    }
    if (file.bad()) throw ConfigError("cannot read the trace '" + path + "': is it a file?");
    if (trace.size() == 0) {
        throw ConfigError("the trace '" + path +
                          "' has no tasks: give it a line `function,duration_s` and a line like `fit,0.25` per task");
    }
    return trace;
}

}  // namespace rankpool::apps
