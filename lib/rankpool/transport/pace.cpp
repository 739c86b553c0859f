#include <string>

#include <rankpool/core/error.hpp>
#include <rankpool/transport/pace.hpp>

namespace rankpool {

using namespace std::chrono_literals;

PaceKind parse_pace(std::string_view text) {
    if (text == "latency") return PaceKind::latency;
    if (text == "balanced") return PaceKind::balanced;
    if (text == "quiet") return PaceKind::quiet;
    throw ConfigError("RANKPOOL_PACE is '" + std::string(text) + "': it can be latency, balanced or quiet");
}

// Measured on two cores: 20 µs of spinning catch the answers of tasks of some microseconds; 200 µs of yielding keep the
// round trip near 3 µs with more ranks than cores; a sleeping rank is awake 20-45 µs after the doorbell.
Pace::Pace(PaceKind kind, Instant (*clock)())
    : clock_(clock),
      spin_(kind == PaceKind::latency ? 2ms : (kind == PaceKind::balanced ? 20us : 0us)),
      yield_(kind == PaceKind::latency ? 20ms : (kind == PaceKind::balanced ? 200us : 10us)) {}

Pace::Step Pace::next() {
    if (looks_ == 0) {
        start_ = clock_();
        step_ = spin_ > 0us ? Step::spin : Step::yield;
    } else if (step_ == Step::yield || (step_ == Step::spin && looks_ % 16 == 0)) {
        const Duration waited = clock_() - start_;
        step_ = waited < spin_ ? Step::spin : (waited < spin_ + yield_ ? Step::yield : Step::sleep);
    }
    ++looks_;
    return step_;
}

}  // namespace rankpool
