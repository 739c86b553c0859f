#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <rankpool/core/time.hpp>

namespace rankpool {

/// Reads a length of time as people write it: "90s", "15 min", "2h", "1h30m", "1d 12h", "500ms", or with colons as
/// batch systems do, from the right: "10:00" (minutes and seconds), "01:30:00", "2-12:00:00" (days in front).
///
/// @throws ConfigError  it is none of these. A bare number is refused: to Slurm it means minutes, to PBS seconds.
Duration parse_time(std::string_view text);

/// Reads "M:SS", "H:MM:SS" or "D-HH:MM:SS"; none for anything else, such as Slurm's "UNLIMITED".
std::optional<Duration> parse_clock(std::string_view text);

/// "HH:MM:SS" with as many hours as it takes, rounded up to a second: what Slurm and PBS both understand.
std::string format_clock(Duration duration);

}  // namespace rankpool
