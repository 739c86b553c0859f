#include "extraction.hpp"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include <rankpool/core/error.hpp>

namespace rankpool::sweep {
namespace {

// std::regex recurses once per character, so the lines it sees must have a bound.
constexpr std::size_t line_length_max = 4096;

double number_in(const std::csub_match& match) {
    const char* begin = match.first;
    if (begin != match.second && *begin == '+') ++begin;
    double number = 0;
    const auto [end, error] = std::from_chars(begin, match.second, number);
    const bool is_number = error == std::errc() && end == match.second && begin != match.second;
    return is_number ? number : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Extraction::Extraction(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
        throw ConfigError(
            fmt::format("'{}' extracts nothing: write NAME=PATTERN, as in energy='E = ([-0-9.e]+)'", text));
    }
    name_ = text.substr(0, equals);
    const std::string pattern(text.substr(equals + 1));
    try {
        pattern_.assign(pattern, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error& error) {
        throw ConfigError(
            fmt::format("the pattern '{}' of '{}' is no regular expression: {}", pattern, name_, error.what()));
    }
    if (pattern_.mark_count() != 1) {
        throw ConfigError(fmt::format("the pattern '{}' of '{}' has {} groups: put parentheses around the number, once",
                                      pattern, name_, pattern_.mark_count()));
    }
}

double Extraction::find(std::string_view output) const {
    while (!output.empty()) {
        if (output.back() == '\n') output.remove_suffix(1);
        const std::size_t before = output.rfind('\n');
        std::string_view line = output.substr(before == std::string_view::npos ? 0 : before + 1);
        output = output.substr(0, before == std::string_view::npos ? 0 : before + 1);
        if (line.size() > line_length_max) line = line.substr(0, line_length_max);
        std::cmatch match;
        if (std::regex_search(line.data(), line.data() + line.size(), match, pattern_)) return number_in(match[1]);
    }
    return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace rankpool::sweep
