#include <algorithm>
#include <charconv>
#include <cstdint>
#include <unordered_set>

#include <rankpool/launch/node_list.hpp>

namespace rankpool {
namespace {

constexpr std::size_t node_count_max = 1'000'000;  // Ten times the largest machine: what is longer is not a node list.

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    if (text.empty() || text.front() == '-') return std::nullopt;
    Number number{};
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Cuts at `separator`, but not inside brackets.
std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    int depth = 0;
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '[') ++depth;
        if (text[i] == ']') --depth;
        if (text[i] != separator || depth != 0) continue;
        parts.push_back(text.substr(start, i - start));
        start = i + 1;
    }
    parts.push_back(text.substr(start));
    return parts;
}

/// "08-10" as 08, 09, 10; the width of the first number is kept.
bool expand_range(std::string_view range, std::vector<std::string>& numbers) {
    const std::size_t dash = range.find('-');
    const std::string_view first_text = range.substr(0, dash);
    const auto first = number_in<std::uint64_t>(first_text);
    const auto last = dash == std::string_view::npos ? first : number_in<std::uint64_t>(range.substr(dash + 1));
    if (!first || !last || *last < *first || *last - *first >= node_count_max) return false;
    for (std::uint64_t number = *first; number <= *last; ++number) {
        std::string digits = std::to_string(number);
        if (digits.size() < first_text.size()) digits.insert(0, first_text.size() - digits.size(), '0');
        numbers.push_back(std::move(digits));
    }
    return true;
}

/// One name with any number of brackets: "rack[0-1]node[0-3]". The last bracket counts fastest.
bool expand_name(std::string_view name, std::vector<std::string>& nodes) {
    std::vector<std::string> partial{""};
    while (!name.empty()) {
        const std::size_t open = name.find_first_of("[]");
        std::vector<std::string> endings;
        if (open == std::string_view::npos) {
            endings.emplace_back(name);
            name = {};
        } else {
            const std::size_t close = name.find(']', open);
            if (name[open] == ']' || close == std::string_view::npos) return false;
            std::vector<std::string> numbers;
            for (std::string_view range : split(name.substr(open + 1, close - open - 1), ',')) {
                if (!expand_range(range, numbers)) return false;
            }
            for (const std::string& number : numbers) endings.push_back(std::string(name.substr(0, open)) + number);
            name.remove_prefix(close + 1);
        }
        if (partial.size() * endings.size() + nodes.size() > node_count_max) return false;
        std::vector<std::string> longer;
        for (const std::string& start : partial) {
            for (const std::string& ending : endings) longer.push_back(start + ending);
        }
        partial = std::move(longer);
    }
    if (partial.front().empty()) return false;
    nodes.insert(nodes.end(), partial.begin(), partial.end());
    return true;
}

}  // namespace

std::optional<std::vector<std::string>> expand_node_list(std::string_view text) {
    std::vector<std::string> nodes;
    for (std::string_view name : split(text, ',')) {
        if (!expand_name(name, nodes)) return std::nullopt;
    }
    return nodes;
}

std::optional<std::vector<int>> expand_per_node(std::string_view text) {
    std::vector<int> numbers;
    for (std::string_view part : split(text, ',')) {
        const std::size_t times = part.find("(x");
        std::optional<int> repeat = 1;
        if (times != std::string_view::npos) {
            if (part.back() != ')') return std::nullopt;
            repeat = number_in<int>(part.substr(times + 2, part.size() - times - 3));
        }
        const auto number = number_in<int>(part.substr(0, times));
        if (!number || !repeat || static_cast<std::size_t>(*repeat) + numbers.size() > node_count_max) {
            return std::nullopt;
        }
        numbers.insert(numbers.end(), static_cast<std::size_t>(*repeat), *number);
    }
    return numbers;
}

std::vector<std::string> hosts_of_node_file(std::string_view content) {
    std::vector<std::string> hosts;
    std::unordered_set<std::string_view> seen;
    for (std::string_view line : split(content, '\n')) {
        if (!line.empty() && seen.insert(line).second) hosts.emplace_back(line);
    }
    return hosts;
}

int ranks_of_node_file(std::string_view content) {
    const auto lines = split(content, '\n');
    return static_cast<int>(std::count_if(lines.begin(), lines.end(), [](auto line) { return !line.empty(); }));
}

}  // namespace rankpool
