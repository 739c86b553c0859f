#include "axis.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <iostream>
#include <optional>

#include <fmt/format.h>

#include <rankpool/core/error.hpp>

#include "../csv.hpp"

namespace rankpool::sweep {
namespace {

// What a person may mean with one range; more is a slip in the step.
constexpr double range_max = 1e7;

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::optional<double> number_in(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
    return number;
}

/// Digits after the point; none if there is an exponent.
std::optional<int> decimals_of(std::string_view text) {
    if (text.find_first_of("eE") != std::string_view::npos) return std::nullopt;
    const std::size_t point = text.find('.');
    return point == std::string_view::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

std::string written(double number, std::optional<int> decimals) {
    return decimals ? fmt::format("{:.{}f}", number == 0 ? 0.0 : number, *decimals) : fmt::format("{:.12g}", number);
}

/// The values of `from:to` or `from:to:step`; none if `item` is not of that form.
std::optional<std::vector<std::string>> range_in(std::string_view item) {
    const std::vector<std::string_view> parts = split(item, ':');
    if (parts.size() != 2 && parts.size() != 3) return std::nullopt;
    const std::string_view step_text = parts.size() == 3 ? parts[2] : "1";
    const auto from = number_in(parts[0]);
    const auto to = number_in(parts[1]);
    const auto step = number_in(step_text);
    if (!from || !to || !step) return std::nullopt;
    const auto first_decimals = decimals_of(parts[0]);
    const auto step_decimals = decimals_of(step_text);
    // 10:30 might be a time of day with seconds 1.5: only whole numbers are a range without a step.
    if (parts.size() == 2 && (first_decimals != 0 || decimals_of(parts[1]) != 0)) return std::nullopt;
    if (*step == 0 || (*to - *from) / *step < 0) {
        throw ConfigError(fmt::format("the range '{}' never gets from {} to {} with a step of {}", item, parts[0],
                                      parts[1], step_text));
    }
    // The last one is there also where (1 - 0) / 0.1 is a little less than 10.
    const double count = std::floor((*to - *from) / *step * (1 + 1e-12) + 1e-9) + 1;
    if (count > range_max) throw ConfigError(fmt::format("the range '{}' has more than ten million values", item));
    std::optional<int> decimals;
    if (first_decimals && step_decimals) decimals = std::max(*first_decimals, *step_decimals);
    std::vector<std::string> values;
    for (int i = 0; i < static_cast<int>(count); ++i) values.push_back(written(*from + i * *step, decimals));
    return values;
}

std::vector<std::string> read_all_lines(const std::string& path, const char* what) {
    std::ifstream file;
    if (path != "-") {
        file.open(path);
        if (!file) {
            throw ConfigError(fmt::format("cannot open {} '{}': does it exist, and may you read it?", what, path));
        }
    }
    std::istream& in = path == "-" ? std::cin : file;
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        if (lines.empty() && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);  // Spreadsheets put a mark there.
        if (line.ends_with('\r')) line.pop_back();
        lines.push_back(line);
    }
    if (in.bad()) throw ConfigError(fmt::format("cannot read {} '{}': is it a file?", what, path));
    return lines;
}

}  // namespace

Axis parse_grid(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size()) {
        throw ConfigError(fmt::format("'{}' is no grid: write NAME=VALUE,VALUE,… or NAME=FROM:TO:STEP", text));
    }
    Axis axis;
    axis.names.emplace_back(text.substr(0, equals));
    for (const std::string_view item : split(text.substr(equals + 1), ',')) {
        if (const auto range = range_in(item)) {
            axis.cells.insert(axis.cells.end(), range->begin(), range->end());
        } else {
            axis.cells.emplace_back(item);
        }
    }
    return axis;
}

Axis read_table(const std::string& path) {
    const std::vector<std::string> lines = read_all_lines(path, "the table");
    Axis axis;
    char separator = ',';
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].find_first_not_of(" \t") == std::string::npos) continue;
        if (axis.names.empty() && lines[i].find('\t') != std::string::npos) separator = '\t';
        std::vector<std::string> cells = apps::split_csv(lines[i], separator);
        if (axis.names.empty()) {
            axis.names = std::move(cells);
        } else if (cells.size() != axis.names.size()) {
            throw ConfigError(
                fmt::format("the table '{}', line {}: it has {} cells, but the first line names {} columns", path,
                            i + 1, cells.size(), axis.names.size()));
        } else {
            axis.cells.insert(axis.cells.end(), std::make_move_iterator(cells.begin()),
                              std::make_move_iterator(cells.end()));
        }
    }
    if (axis.cells.empty()) {
        throw ConfigError(
            fmt::format("the table '{}' has no rows: its first line names the columns, as in `x,solver`, and "
                        "each further line is a case",
                        path));
    }
    return axis;
}

Axis read_lines(const std::string& path) {
    Axis axis;
    axis.names = {"line"};
    axis.cells = read_all_lines(path, "the list");
    std::erase_if(axis.cells,
                  [](const std::string& line) { return line.find_first_not_of(" \t") == std::string::npos; });
    if (axis.cells.empty()) throw ConfigError(fmt::format("the list '{}' has no lines: each line is a case", path));
    return axis;
}

}  // namespace rankpool::sweep
