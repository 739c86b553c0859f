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

void TimeBudget::learn(Duration duration) { recent_[learnt_++ % recent_.size()] = duration; }

Duration TimeBudget::expected() const {
    std::vector<Duration> known(recent_.begin(),
                                recent_.begin() + static_cast<std::ptrdiff_t>(std::min(learnt_, recent_.size())));
    if (known.empty()) return {};
    const std::size_t place = known.size() > 1 ? 1 : 0;
    std::nth_element(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(place), known.end(), std::greater<>());
    return known[place];
}

bool TimeBudget::fits(Instant now) const {
    if (deadline_ == Instant::max()) return true;
    return now + expected() < last_moment();
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
