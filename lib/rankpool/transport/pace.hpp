#pragma once

#include <cstdint>
#include <string_view>

#include <rankpool/core/time.hpp>

namespace rankpool {

/// How a rank waits: `latency` spins long, `balanced` spins shortly and then sleeps, `quiet` sleeps soon.
enum class PaceKind : std::uint8_t { latency, balanced, quiet };

/// Reads "latency", "balanced" or "quiet".
/// @throws ConfigError  anything else
PaceKind parse_pace(std::string_view text);

/// Says what to do next while nothing comes: first spin (an answer from a running peer takes about a microsecond), then
/// yield (the peer may need this core), then sleep (nothing will come soon).
class Pace {
  public:
    enum class Step : std::uint8_t { spin, yield, sleep };

    /// Looks at a clock: the steady one, or a test's.
    explicit Pace(PaceKind kind, Instant (*clock)() = now);

    /// Something came: start over.
    void reset() { looks_ = 0; }
    /// The next step. Reads the clock now and then only.
    Step next();

  private:
    Instant (*clock_)();
    Duration spin_;
    Duration yield_;
    std::uint32_t looks_ = 0;
    Step step_ = Step::spin;
    Instant start_{};
};

}  // namespace rankpool
