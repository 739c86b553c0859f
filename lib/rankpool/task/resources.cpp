#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include <rankpool/core/error.hpp>
#include <rankpool/task/resources.hpp>

namespace rankpool {
namespace {

constexpr double amount_max = 1e14;
constexpr double amount_min = 1e-4;

struct Unit {
    std::string_view name;
    double factor;
};
constexpr std::array units{Unit{"", 1}, Unit{"KiB", 0x1p10}, Unit{"MiB", 0x1p20}, Unit{"GiB", 0x1p30},
                           Unit{"TiB", 0x1p40}};

double parse_amount(std::string_view text, std::string_view whole) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc()) {
        const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
        for (const Unit& unit : units) {
            if (unit.name == rest) return number * unit.factor;
        }
    }
    throw ConfigError("resources '" + std::string(whole) + "': '" + std::string(text) +
                      "' is no amount; write NAME=NUMBER, with KiB, MiB, GiB or TiB behind the number if you like");
}

}  // namespace

Resources parse_resources(std::string_view text) {
    Resources resources;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string_view item = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        const std::size_t equals = item.find('=');
        if (equals == std::string_view::npos) {
            throw ConfigError("resources '" + std::string(text) + "': '" + std::string(item) +
                              "' should be NAME=AMOUNT, as in gpu=2,memory=64GiB");
        }
        resources.emplace_back(std::string(item.substr(0, equals)), parse_amount(item.substr(equals + 1), text));
    }
    require_sane(resources);
    return resources;
}

std::string describe(const Resources& resources) {
    std::string text;
    for (const Resource& resource : resources) {
        char amount[32];
        std::snprintf(amount, sizeof amount, "%.10g", resource.amount);
        text += (text.empty() ? "" : " + ") + std::string(amount) + ' ' + resource.name;
    }
    return text.empty() ? "nothing" : text;
}

Resources missing(const Resources& there, const Resources& needed) {
    Resources lack;
    for (const Resource& need : needed) {
        const auto found =
            std::find_if(there.begin(), there.end(), [&](const Resource& r) { return r.name == need.name; });
        const double has = found == there.end() ? 0 : found->amount;
        if (has < need.amount) lack.emplace_back(need.name, need.amount - has);
    }
    return lack;
}

void require_sane(const Resources& resources) {
    for (auto resource = resources.begin(); resource != resources.end(); ++resource) {
        const std::string where = "resource '" + resource->name + "'";
        if (resource->name.empty()) throw ConfigError("a resource has no name; write {\"gpu\", 1}");
        // Not a number is neither.
        if (!(resource->amount >= amount_min && resource->amount <= amount_max)) {
            throw ConfigError(where + ": an amount is from 0.0001 to 1e14, and this one is " +
                              std::to_string(resource->amount));
        }
        const auto same = [&](const Resource& other) { return other.name == resource->name; };
        if (std::any_of(resources.begin(), resource, same)) throw ConfigError(where + " is there twice; add them up");
    }
}

}  // namespace rankpool
