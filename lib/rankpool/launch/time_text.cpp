#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>
#include <vector>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/time_text.hpp>

namespace rankpool {

using namespace std::chrono_literals;

namespace {

constexpr std::array<std::pair<std::string_view, Duration>, 17> units{{{"ms", 1ms},
                                                                       {"s", 1s},
                                                                       {"sec", 1s},
                                                                       {"second", 1s},
                                                                       {"seconds", 1s},
                                                                       {"m", 1min},
                                                                       {"min", 1min},
                                                                       {"minute", 1min},
                                                                       {"minutes", 1min},
                                                                       {"h", 1h},
                                                                       {"hr", 1h},
                                                                       {"hour", 1h},
                                                                       {"hours", 1h},
                                                                       {"d", 24h},
                                                                       {"day", 24h},
                                                                       {"days", 24h},
                                                                       {"w", 7 * 24h}}};
constexpr double seconds_max = 3.2e9;  // A hundred years: far below what a Duration holds.

std::string_view without_spaces_before(std::string_view text) {
    const std::size_t start = text.find_first_not_of(' ');
    return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

/// Takes "1.5h" off the front.
std::optional<Duration> take_amount(std::string_view& text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || !(number >= 0)) return std::nullopt;
    text = without_spaces_before(text.substr(static_cast<std::size_t>(end - text.data())));
    const std::size_t length = std::min(text.find_first_of("0123456789. "), text.size());
    const std::string_view name = text.substr(0, length);
    const auto* const unit =
        std::find_if(units.begin(), units.end(), [&](const auto& each) { return each.first == name; });
    if (unit == units.end() || number * in_seconds(unit->second) > seconds_max) return std::nullopt;
    text = without_spaces_before(text.substr(length));
    return std::chrono::round<Duration>(number * std::chrono::duration<double>(unit->second));
}

}  // namespace

Duration parse_time(std::string_view text) {
    if (const auto clock = parse_clock(text)) return *clock;
    Duration sum{};
    std::string_view rest = without_spaces_before(text);
    bool is_time = !rest.empty();
    while (is_time && !rest.empty()) {
        const auto amount = take_amount(rest);
        is_time = amount.has_value();
        sum += amount.value_or(0s);
    }
    if (is_time) return sum;
    throw ConfigError("'" + std::string(text) +
                      "' is no length of time: write it as 90s, 15min, 2h, 1h30m or 01:30:00");
}

std::optional<Duration> parse_clock(std::string_view text) {
    std::int64_t days = 0;
    const char* const end = text.data() + text.size();
    const char* at = text.data();
    std::vector<std::int64_t> parts;
    bool has_days = false;
    while (parts.size() < 4) {
        std::int64_t part = 0;
        const auto [stop, error] = std::from_chars(at, end, part);
        if (error != std::errc() || part < 0 || part > 10'000'000) return std::nullopt;
        at = stop;
        if (at != end && *at == '-' && parts.empty() && !has_days) {
            days = part;
            has_days = true;
        } else {
            parts.push_back(part);
            if (at == end) break;
            if (*at != ':') return std::nullopt;
        }
        ++at;
    }
    // Slurm shortens from the right: behind days there are hours first.
    if (parts.size() > 3 || parts.empty() || (parts.size() == 1 && !has_days)) return std::nullopt;
    if (has_days) parts.resize(3);
    std::int64_t seconds = 0;
    for (const std::int64_t part : parts) seconds = seconds * 60 + part;
    return std::chrono::hours(24 * days) + std::chrono::seconds(seconds);
}

std::string format_clock(Duration duration) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%02lld:%02d:%02d", static_cast<long long>(seconds / 3600),
                  static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
    return text.data();
}

}  // namespace rankpool
