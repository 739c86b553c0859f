#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <simulation/duration_mix.hpp>

#include <rankpool/core/error.hpp>

namespace rankpool::simulation {
namespace {

Duration clamped(double nanoseconds, Duration longest) {
    return Duration(static_cast<Duration::rep>(std::clamp(nanoseconds, 1.0, static_cast<double>(longest.count()))));
}

/// The number that the text begins with, which is cut off.
std::optional<double> take_number(std::string_view& text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || !std::isfinite(number)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

[[noreturn]] void refuse_mix(std::string_view text) {
    throw ConfigError("'" + std::string(text) +
                      "' is no mix of durations: use constant:1ms, uniform:1ms,5ms, exp:1ms or pareto:1ms,1.5");
}

}  // namespace

Duration DurationMix::draw(Random& random) const {
    const auto scale = static_cast<double>(first.count());
    switch (kind) {
        case Kind::constant:
            return first;
        case Kind::uniform:
            return first + clamped(random.unit() * static_cast<double>((last - first).count()), longest);
        case Kind::exponential:
            return clamped(-std::log(random.unit()) * scale, longest);
        case Kind::pareto:
            return clamped(scale / std::pow(random.unit(), 1 / tail), longest);
    }
    return first;
}

Duration parse_duration(std::string_view text) {
    std::string_view rest = text;
    const std::optional<double> number = take_number(rest);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    double unit_ns = 0;
    if (rest == "ns") unit_ns = 1;
    if (rest == "us") unit_ns = 1e3;
    if (rest == "ms") unit_ns = 1e6;
    if (rest == "s") unit_ns = 1e9;
    if (rest == "min") unit_ns = 60e9;
    if (rest == "h") unit_ns = 3600e9;
    if (number == 0 && rest.empty()) return Duration{};
    // Months are long enough, and their nanoseconds, times a hundred thousand slots, still fit.
    if (!number || unit_ns == 0 || *number < 0 || *number * unit_ns > 1e16) {
        throw ConfigError("'" + std::string(text) + "' is no duration: use a number and ns, us, ms, s, min or h");
    }
    return Duration(static_cast<Duration::rep>(*number * unit_ns));
}

DurationMix parse_duration_mix(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return {.first = parse_duration(text)};
    const std::string_view name = text.substr(0, colon);
    std::string_view values = text.substr(colon + 1);
    const std::size_t comma = values.find(',');
    DurationMix mix{.first = parse_duration(values.substr(0, comma))};
    std::string_view second = comma == std::string_view::npos ? "" : values.substr(comma + 1);
    const bool has_second = comma != std::string_view::npos;
    if (mix.first <= Duration{}) refuse_mix(text);
    if (name == "constant" && !has_second) return mix;
    if (name == "exp" && !has_second) {
        mix.kind = DurationMix::Kind::exponential;
        return mix;
    }
    if (name == "uniform" && has_second) {
        mix.kind = DurationMix::Kind::uniform;
        mix.last = parse_duration(second);
        if (mix.last >= mix.first) return mix;
    }
    if (name == "pareto") {
        mix.kind = DurationMix::Kind::pareto;
        if (!has_second) return mix;
        const std::optional<double> tail = take_number(second);
        if (tail && *tail > 0.1 && second.empty()) {
            mix.tail = *tail;
            return mix;
        }
    }
    refuse_mix(text);
}

}  // namespace rankpool::simulation
