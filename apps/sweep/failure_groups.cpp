#include "failure_groups.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <rankpool/observe/format.hpp>

namespace rankpool::sweep {
namespace {

constexpr std::size_t groups_max = 1000;
constexpr std::size_t groups_shown = 10;
constexpr std::size_t last_words_max = 200;
constexpr const char* other_causes = "other causes";

/// The last line of stderr that says something.
std::string last_words(std::string_view err) {
    const std::size_t end = err.find_last_not_of(" \t\r\n");
    if (end == std::string_view::npos) return "";
    err = err.substr(0, end + 1);
    const std::size_t start = err.rfind('\n');
    std::string_view line = start == std::string_view::npos ? err : err.substr(start + 1);
    return std::string(line.substr(0, last_words_max));
}

/// Messages that differ in numbers only are one cause.
std::string without_numbers(const std::string& text) {
    std::string result;
    for (const char c : text) {
        const bool is_digit = c >= '0' && c <= '9';
        if (!is_digit) {
            result += c;
        } else if (!result.ends_with('#')) {
            result += '#';
        }
    }
    return result;
}

}  // namespace

void FailureGroups::add(const CommandReport& report, const std::string& name, const std::string& command) {
    ++count_;
    const std::string words = last_words(report.err);
    std::string cause = report.cause;
    if (!words.empty()) cause += ": " + without_numbers(words);
    if (groups_.size() >= groups_max && !groups_.contains(cause)) cause = other_causes;
    Group& group = groups_[cause];
    if (group.count++ > 0) return;
    group.example =
        fmt::format("    {} on {}, after {}\n    $ {}\n", name, report.host, format_duration(report.duration), command);
    if (!words.empty()) group.example += "    " + words + "\n";
}

std::string FailureGroups::text() const {
    using Entry = std::pair<const std::string, Group>;
    std::vector<const Entry*> sorted;
    for (const Entry& entry : groups_) sorted.push_back(&entry);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Entry* a, const Entry* b) { return a->second.count > b->second.count; });
    std::string text;
    for (std::size_t i = 0; i < std::min(sorted.size(), groups_shown); ++i) {
        text += fmt::format("{:>5} x {}\n{}", format_count(sorted[i]->second.count), sorted[i]->first,
                            sorted[i]->second.example);
    }
    if (sorted.size() > groups_shown) text += fmt::format("    … and {} more causes\n", sorted.size() - groups_shown);
    return text;
}

}  // namespace rankpool::sweep
