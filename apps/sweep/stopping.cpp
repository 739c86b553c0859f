#include "stopping.hpp"

#include <algorithm>
#include <csignal>
#include <vector>

namespace rankpool::sweep {
namespace {

volatile std::sig_atomic_t ending_signal = 0;
volatile std::sig_atomic_t warning_came = 0;

void note(int signal) {
    if (signal == SIGUSR1) {
        warning_came = 1;
    } else if (ending_signal == 0) {
        ending_signal = signal;
    }
}

}  // namespace

void RecentDurations::learn(Duration duration) {
    const std::lock_guard lock(mutex_);
    recent_[learnt_++ % recent_.size()] = duration;
}

Duration RecentDurations::expected() const {
    const std::lock_guard lock(mutex_);
    const auto count = static_cast<std::ptrdiff_t>(std::min(learnt_, recent_.size()));
    if (count == 0) return {};
    std::vector<Duration> known(recent_.begin(), recent_.begin() + count);
    const auto place = known.begin() + (count > 1 ? 1 : 0);
    std::nth_element(known.begin(), place, known.end(), std::greater<>());
    return *place;
}

SignalWatch::SignalWatch() {
    ending_signal = 0;
    warning_came = 0;
    struct sigaction action = {};
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaction(signal, &action, nullptr);
}

SignalWatch::~SignalWatch() {
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) std::signal(signal, SIG_DFL);
}

int SignalWatch::ending() { return ending_signal; }
bool SignalWatch::has_warned() { return warning_came != 0; }

}  // namespace rankpool::sweep
