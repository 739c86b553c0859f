#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <rankpool/core/error.hpp>
#include <rankpool/executor/pool_options.hpp>

namespace rankpool {

PoolOptions with_environment(PoolOptions options) {
    if (const char* const pace = std::getenv("RANKPOOL_PACE")) options.pace = parse_pace(pace);
    if (const char* const slots = std::getenv("RANKPOOL_SLOTS")) {
        const char* const end = slots + std::strlen(slots);
        const auto [stop, error] = std::from_chars(slots, end, options.slots);
        if (error != std::errc() || stop != end || options.slots == 0 || options.slots > 4096) {
            throw ConfigError("RANKPOOL_SLOTS is '" + std::string(slots) +
                              "': it is a number of tasks, from 1 to 4096");
        }
    }
    if (const char* const seed = std::getenv("RANKPOOL_SEED")) {
        const char* const end = seed + std::strlen(seed);
        const auto [stop, error] = std::from_chars(seed, end, options.seed);
        if (error != std::errc() || stop != end) {
            throw ConfigError("RANKPOOL_SEED is '" + std::string(seed) +
                              "': it is a whole number from 0 to 18446744073709551615");
        }
    }
    if (const char* const works = std::getenv("RANKPOOL_COORDINATOR_WORKS")) {
        if (std::strcmp(works, "1") != 0 && std::strcmp(works, "0") != 0) {
            throw ConfigError("RANKPOOL_COORDINATOR_WORKS is '" + std::string(works) +
                              "': 1 lets rank 0 run tasks too, 0 only if it is alone");
        }
        options.coordinator_work = *works == '1' ? CoordinatorWork::always : CoordinatorWork::when_alone;
    }
    if (const char* const resources = std::getenv("RANKPOOL_RESOURCES")) options.resources = parse_resources(resources);
    require_sane(options.resources);
    if (const char* const budget = std::getenv("RANKPOOL_MEMORY_BUDGET")) {
        options.memory_budget = parse_byte_count("RANKPOOL_MEMORY_BUDGET", budget);
        if (options.memory_budget == 0) {
            throw ConfigError("RANKPOOL_MEMORY_BUDGET is 0: a rank cannot do without memory for results");
        }
    }
    if (const char* const budget = std::getenv("RANKPOOL_SPILL_BUDGET")) {
        options.spill_budget = parse_byte_count("RANKPOOL_SPILL_BUDGET", budget);
    }
    if (const char* const directory = std::getenv("RANKPOOL_SPILL_DIRECTORY")) options.spill_directory = directory;
    return options;
}

std::size_t parse_byte_count(const std::string& what, const std::string& text) {
    double amount = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, amount);
    const std::string unit(stop, end);
    constexpr std::array<std::string_view, 5> units{"", "KiB", "MiB", "GiB", "TiB"};
    const auto* const found = std::find(units.begin(), units.end(), std::string_view(unit));
    if (found != units.end()) amount = std::ldexp(amount, static_cast<int>(10 * (found - units.begin())));
    constexpr double most = 1e18;
    if (error != std::errc() || found == units.end() || !(amount >= 0 && amount <= most)) {
        throw ConfigError(what + " is '" + text + "': it is a number of bytes, such as 500MiB or 1.5GiB");
    }
    return static_cast<std::size_t>(amount);
}

}  // namespace rankpool
