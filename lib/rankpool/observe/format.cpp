#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include <rankpool/observe/format.hpp>

namespace rankpool {
namespace {

/// Two digits that matter below 10, whole numbers above.
std::string digits(double number) {
    std::array<char, 32> text{};
    // 9.95 would be written as 10.0.
    std::snprintf(text.data(), text.size(), number < 9.95 ? "%.1f" : "%.0f", number);
    return text.data();
}

std::string pair(std::int64_t big, const char* big_unit, std::int64_t small, const char* small_unit) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%lld %s %02lld %s", static_cast<long long>(big), big_unit,
                  static_cast<long long>(small), small_unit);
    return text.data();
}

}  // namespace

std::string format_duration(Duration duration) {
    if (duration < Duration::zero())
        return std::string("-").append(format_duration(-std::max(duration, -Duration::max())));
    const double seconds = in_seconds(duration);
    if (duration == Duration::zero()) return "0 s";
    if (duration < std::chrono::microseconds(1)) return std::to_string(duration.count()) + " ns";
    if (seconds < 999.5e-6) return digits(seconds * 1e6) + " µs";
    if (seconds < 999.5e-3) return digits(seconds * 1e3) + " ms";
    if (seconds < 59.5) return digits(seconds) + " s";
    const auto whole_s = static_cast<std::int64_t>(std::llround(seconds));
    if (whole_s < 3600) return pair(whole_s / 60, "min", whole_s % 60, "s");
    const std::int64_t minutes = whole_s / 60;
    constexpr std::int64_t day_min = 1440;
    if (minutes < day_min) return pair(minutes / 60, "h", minutes % 60, "min");
    return pair(minutes / day_min, "d", minutes / 60 % 24, "h");
}

std::string format_amount(double amount) {
    constexpr std::array<const char*, 5> prefixes{" k", " M", " G", " T", " P"};
    if (amount < 999.5) return amount == std::floor(amount) ? std::to_string(std::llround(amount)) : digits(amount);
    std::size_t prefix = 0;
    amount /= 1000;
    while (amount >= 999.5 && prefix + 1 < prefixes.size()) {
        amount /= 1000;
        ++prefix;
    }
    return digits(amount) + prefixes[prefix];
}

std::string format_rate(double per_second) { return format_amount(per_second) + "/s"; }

std::string format_bytes(std::uint64_t bytes) {
    constexpr std::array<const char*, 6> units{" KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    if (bytes < 1024) return std::to_string(bytes) + " B";
    double size = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    while (size >= 1023.5 && unit + 1 < units.size()) {
        size /= 1024;
        ++unit;
    }
    return (size == std::floor(size) ? std::to_string(std::llround(size)) : digits(size)) + units[unit];
}

std::string format_count(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t place = text.size(); place > 3; place -= 3) text.insert(place - 3, 1, ',');
    return text;
}

std::size_t columns_of(const std::string& text) {
    const auto starts = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; };
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts));
}

}  // namespace rankpool
