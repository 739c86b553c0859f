#pragma once

#include <chrono>

namespace rankpool {

/// Lengths of time, in nanoseconds inside, in any std::chrono unit outside.
using Duration = std::chrono::nanoseconds;

/// A moment of the steady clock.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// The longest wait that still can be added to a moment without overflow: some 146 years.
inline constexpr Duration duration_max = Duration::max() / 2;

/// Reads the steady clock.
inline Instant now() { return std::chrono::steady_clock::now(); }

/// The moment `wait` from `start`; waits too long to be represented end at the last moment there is.
constexpr Instant deadline_after(Instant start, Duration wait) {
    return wait >= duration_max ? Instant::max() : start + wait;
}

/// Seconds as a number, for rates and messages.
constexpr double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace rankpool
