#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <semaphore.h>
#include <utility>

#include <rankpool/executor/walltime_watch.hpp>
#include <rankpool/launch/time_left.hpp>
#include <rankpool/observe/format.hpp>

namespace rankpool {

using namespace std::chrono_literals;

namespace {

volatile std::sig_atomic_t warned = 0;
sem_t news;  // sem_post() is one of the few things that a handler may do to wake a thread.
std::atomic<bool> is_over{false};
std::atomic<bool> has_listener{false};

void note_warning(int) {
    warned = 1;
    const int errno_before = errno;
    if (has_listener.load(std::memory_order_acquire)) sem_post(&news);
    errno = errno_before;
}

}  // namespace

JobEnd JobEnd::in(Duration left, Instant now) {
    const Duration reserve = leaving_reserve(left);
    return {now + (left - reserve), now + (left - reserve / 3)};
}

WalltimeWatch::WalltimeWatch(bool listens, const JobEnd& end, std::function<void()> stop_starting)
    : end_(end), stop_starting_(std::move(stop_starting)) {
    struct sigaction action = {};
    sigaction(SIGUSR1, nullptr, &action);
    if (action.sa_handler != SIG_DFL && action.sa_handler != note_warning) return;
    is_installed_ = true;
    warned = 0;
    if (listens) {
        sem_init(&news, 0, 0);
        is_over = false;
        listener_ = std::thread([this] { listen(); });
        has_listener.store(true, std::memory_order_release);
    }
    action = {};
    action.sa_handler = note_warning;
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, nullptr);
}

WalltimeWatch::~WalltimeWatch() {
    // The handler stays: a late warning must not end a program that is leaving.
    if (!listener_.joinable()) return;
    has_listener.store(false, std::memory_order_release);
    is_over = true;
    sem_post(&news);
    listener_.join();
}

bool WalltimeWatch::has_warned() { return warned != 0; }

void WalltimeWatch::listen() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);  // Handlers are for the program's threads.
    bool has_told = false;
    for (int warnings = 0;;) {
        while (sem_wait(&news) != 0) {
        }
        if (is_over) return;
        ++warnings;
        if (end_.stop_starting != Instant::max() && warnings == 1) {
            const Duration left = std::max<Duration>(end_.stop_starting - now(), 0s);
            std::fprintf(
                stderr,
                "rankpool: the batch system says that the time of this job ends soon; the pool knows that, and "
                "starts what will end in the %s that are left (a second SIGUSR1 makes it start nothing "
                "more)\n",
                format_duration(left).c_str());
        } else if (!has_told) {
            has_told = true;
            std::fprintf(
                stderr,
                "rankpool: the batch system says that the time of this job ends soon: nothing more is started, "
                "and what runs may end\n");
            stop_starting_();
        }
    }
}

}  // namespace rankpool
