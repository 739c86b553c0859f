#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <unistd.h>

#include <rankpool/executor/crash_report.hpp>
#include <rankpool/executor/host_name.hpp>
#include <rankpool/executor/run_end.hpp>
#include <rankpool/executor/walltime_watch.hpp>
#include <rankpool/launch/run_status.hpp>
#include <rankpool/task/this_task.hpp>

namespace rankpool {
namespace {

// What the handler reads: it must neither allocate nor lock.
Rank crashing_rank = 0;
const char* crashing_host = "";
Instant end_of_time = Instant::max();
std::array<struct sigaction, CrashReport::signals.size()> previous_actions;

std::size_t place_of(int signal) {
    std::size_t i = 0;
    while (CrashReport::signals[i] != signal) ++i;
    return i;
}

class Line {
  public:
    Line& operator<<(std::string_view text) {
        const std::size_t count = std::min(text.size(), sizeof text_ - size_);
        std::memcpy(text_ + size_, text.data(), count);
        size_ += count;
        return *this;
    }
    Line& operator<<(unsigned number) {
        char digits[12];
        std::size_t at = sizeof digits;
        do {
            digits[--at] = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number != 0);
        return *this << std::string_view(digits + at, sizeof digits - at);
    }
    /// Without the end of the line.
    std::string_view text() const { return {text_, size_ == 0 ? 0 : size_ - 1}; }
    void write() const {
        if (::write(STDERR_FILENO, text_, size_) < 0) return;  // Nobody is left to be told.
    }

  private:
    char text_[512];
    std::size_t size_ = 0;
};

std::string_view meaning(int signal) {
    switch (signal) {
        case SIGSEGV:
            return "SIGSEGV, memory that is not its own, or a full stack";
        case SIGBUS:
            return "SIGBUS, memory or a mapped file that is not there";
        case SIGFPE:
            return "SIGFPE, arithmetic, such as a whole number divided by zero";
        case SIGILL:
            return "SIGILL, an instruction this processor does not have";
        default:
            return "SIGABRT, abort() or an exception that nobody caught";
    }
}

void report_and_go_on(int signal) {
    const this_task::Context* const task = this_task::current();
    Line line;
    line << "rankpool: rank " << static_cast<unsigned>(crashing_rank) << " (" << crashing_host << ") died by signal "
         << static_cast<unsigned>(signal) << " (" << meaning(signal) << ")";
    if (task != nullptr) line << " in task '" << *task->name << "', attempt " << task->attempt;
    line << ", and the run ends with it\n";
    line.write();
    end_run_status(RunOutcome::signal, 128 + signal, line.text());
    sigaction(signal, &previous_actions[place_of(signal)], nullptr);
    raise(signal);
}

void report_termination_and_end(int signal) {
    if (WalltimeWatch::has_warned() || now() >= end_of_time) {
        constexpr std::string_view text =
            "rankpool: stopped at the walltime, before its tasks had ended; can be resumed\n";
        if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;
        end_run_status(RunOutcome::resumable, detail::resumable_exit_code, text.substr(0, text.size() - 1));
        _exit(
            detail::resumable_exit_code);  // What is in memory is not needed, and the batch system does not wait long.
    }
    Line line;
    line
        << "rankpool: rank 0 (" << crashing_host
        << ") was told to end (SIGTERM), and the run ends with it: another rank has died (killed, out of memory, or it "
           "called _exit), or the batch system or a user ended the job\n";
    line.write();
    end_run_status(RunOutcome::signal, -1, line.text());
    std::signal(signal, SIG_DFL);
    raise(signal);
}

}  // namespace

CrashReport::CrashReport(Rank rank) {
    crashing_rank = rank;
    crashing_host = host_name().c_str();
    struct sigaction action = {};
    action.sa_handler = report_and_go_on;
    action.sa_flags = SA_ONSTACK | SA_NODEFER;
    for (const int signal : signals) sigaction(signal, &action, &previous_actions[place_of(signal)]);
}

CrashReport::~CrashReport() {
    for (const int signal : signals) sigaction(signal, &previous_actions[place_of(signal)], nullptr);
}

void report_termination(Instant time_is_over) {
    end_of_time = time_is_over;
    struct sigaction action = {};
    sigaction(SIGTERM, nullptr, &action);
    if (action.sa_handler != SIG_DFL) return;
    crashing_host = host_name().c_str();
    action.sa_handler = report_termination_and_end;
    sigaction(SIGTERM, &action, nullptr);
}

void ignore_termination() {
    struct sigaction action = {};
    sigaction(SIGTERM, nullptr, &action);
    if (action.sa_handler == report_termination_and_end) std::signal(SIGTERM, SIG_IGN);
}

}  // namespace rankpool
