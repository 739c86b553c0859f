#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rankpool {

/// Environment variables by name. Handed in, so that what reads them can be tested on recorded ones.
using Environment = std::map<std::string, std::string, std::less<>>;

/// The environment of this process.
Environment current_environment();

/// Its variables as NAME=VALUE, as programs are started with them.
std::vector<std::string> entries_of(const Environment& environment);

/// The value of a variable; none if it is unset or empty.
std::optional<std::string> find_text(const Environment& environment, std::string_view name);

/// The value of a variable that holds a whole number from 0 up; none if it is unset or anything else.
std::optional<int> find_count(const Environment& environment, std::string_view name);

/// Whether a variable says "any", by which a check is left out.
/// @throws ConfigError  it says something else
bool accepts_any(const Environment& environment, std::string_view name);

}  // namespace rankpool
