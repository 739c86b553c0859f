#include <charconv>
#include <unistd.h>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/environment.hpp>

namespace rankpool {

Environment current_environment() {
    Environment environment;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

std::vector<std::string> entries_of(const Environment& environment) {
    std::vector<std::string> entries;
    entries.reserve(environment.size());
    for (const auto& [name, value] : environment) entries.push_back(std::string(name).append("=").append(value));
    return entries;
}

std::optional<std::string> find_text(const Environment& environment, std::string_view name) {
    const auto found = environment.find(name);
    if (found == environment.end() || found->second.empty()) return std::nullopt;
    return found->second;
}

std::optional<int> find_count(const Environment& environment, std::string_view name) {
    const std::optional<std::string> text = find_text(environment, name);
    if (!text) return std::nullopt;
    int count = 0;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, count);
    if (error != std::errc() || stop != end || count < 0) return std::nullopt;
    return count;
}

bool accepts_any(const Environment& environment, std::string_view name) {
    const auto text = find_text(environment, name);
    if (text && *text != "any") {
        throw ConfigError(std::string(name) + " is '" + *text + "': it can be any, which leaves the check out");
    }
    return text.has_value();
}

}  // namespace rankpool
