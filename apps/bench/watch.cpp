#include "bench/watch.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <rankpool/launch/machine.hpp>

namespace rankpool::apps {
namespace {

/// What the scheduler says of a process: its main thread, and the others.
struct Usage {
    double main_waited_s = 0;
    double main_ran_s = 0;
    double others_ran_s = 0;
};

/// Threads that end meanwhile count nothing. Waiting is up to date; running is so only for threads that do not run now.
Usage usage_of(const std::string& pid) {
    Usage usage;
    std::error_code ignored;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/" + pid + "/task", ignored)) {
        std::ifstream file(thread.path() / "schedstat");
        double ran_ns = 0;
        double waited_ns = 0;
        file >> ran_ns >> waited_ns;
        if (thread.path().filename() == pid) {
            usage.main_ran_s = ran_ns * 1e-9;
            usage.main_waited_s = waited_ns * 1e-9;
        } else {
            usage.others_ran_s += ran_ns * 1e-9;
        }
    }
    return usage;
}

}  // namespace

ProcessWatch::ProcessWatch(const MpiSession& mpi) {
    const std::string host = current_machine().host;
    const std::string start = host + ' ';
    for (const std::string& text : mpi.gather(start + std::to_string(getpid()))) {
        if (text.substr(0, start.size()) == start) pids_.push_back(text.substr(start.size()));
    }
}

double ProcessWatch::lost_s() const {
    double sum = 0;
    for (const std::string& pid : pids_) {
        const Usage usage = usage_of(pid);
        sum += usage.main_waited_s - usage.others_ran_s;
    }
    return sum;
}

double ProcessWatch::worker_cpu_s() const {
    double sum = 0;
    for (std::size_t i = first_worker(); i < pids_.size(); ++i) {
        const Usage usage = usage_of(pids_[i]);
        sum += usage.main_ran_s + usage.others_ran_s;
    }
    return sum;
}

}  // namespace rankpool::apps
