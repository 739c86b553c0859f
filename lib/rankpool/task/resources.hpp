#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace rankpool {

/// How much of something a worker has, or a task needs while it runs: `{"gpu", 0.5}`, `{"memory", 4_GiB}`. What names
/// mean, and in which unit, is up to the program; amounts are kept to 1/10,000, and are at most 10^14.
struct Resource {
    template <class Number>
    requires std::is_arithmetic_v<Number> Resource(std::string name_, Number amount_)
        : name(std::move(name_)), amount(static_cast<double>(amount_)) {}
    Resource() = default;

    std::string name;
    double amount = 0;
    friend bool operator==(const Resource&, const Resource&) = default;
};

/// Several at once: `{{"gpu", 1}, {"licence", 1}}`. Each name once.
using Resources = std::vector<Resource>;

/// Reads "gpu=2,memory=64GiB"; KiB, MiB, GiB and TiB multiply.
/// @throws ConfigError  it has another form, or names something twice
Resources parse_resources(std::string_view text);

/// For people: "2 gpu + 1 licence".
std::string describe(const Resources& resources);

/// What of `needed` is missing from `there`: the names that fall short, each with the difference.
Resources missing(const Resources& there, const Resources& needed);

/// Checks what a task or a worker says.
/// @throws ConfigError  a name is empty or there twice, an amount is not positive, or too large
void require_sane(const Resources& resources);

inline namespace literals {
constexpr unsigned long long operator""_KiB(unsigned long long n) { return n << 10; }
constexpr unsigned long long operator""_MiB(unsigned long long n) { return n << 20; }
constexpr unsigned long long operator""_GiB(unsigned long long n) { return n << 30; }
constexpr unsigned long long operator""_TiB(unsigned long long n) { return n << 40; }
}  // namespace literals

}  // namespace rankpool
