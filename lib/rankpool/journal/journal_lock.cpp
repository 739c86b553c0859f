#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <rankpool/core/error.hpp>
#include <rankpool/journal/journal_lock.hpp>

namespace rankpool::journal {
namespace {

// The dying ranks of a killed run may hold it a moment longer.
constexpr int tries = 30;
constexpr useconds_t pause_us = 100'000;

std::string owner_text() {
    std::array<char, HOST_NAME_MAX + 1> host{};
    gethostname(host.data(), host.size() - 1);
    std::array<char, 32> time{};
    const std::time_t now = std::time(nullptr);
    std::tm parts = {};
    localtime_r(&now, &parts);
    std::strftime(time.data(), time.size(), "%Y-%m-%d %H:%M:%S", &parts);
    std::string text = "process " + std::to_string(getpid()) + " on " + host.data();
    for (const char* const name : {"SLURM_JOB_ID", "PBS_JOBID"}) {
        if (const char* const job = std::getenv(name)) text += std::string(", job ") + job;
    }
    return text + ", since " + time.data();
}

std::string read_owner(int fd) {
    std::array<char, 512> text{};
    const ssize_t count = pread(fd, text.data(), text.size(), 0);
    return count > 0 ? std::string(text.data(), static_cast<std::size_t>(count))
                     : "a process that has not said its name";
}

}  // namespace

JournalLock::JournalLock(const std::string& folder) {
    const std::string path = folder + "/lock";
    fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0) {
        throw ConfigError("cannot open '" + path + "' (" + std::strerror(errno) +
                          "), which keeps the journal for one run at a time: is the folder yours?");
    }
    for (int i = 1; flock(fd_, LOCK_EX | LOCK_NB) != 0; ++i) {
        const int error = errno;
        if (error == EINTR) continue;
        if (error != EWOULDBLOCK) {
            // Some network file systems have no locks. Without the journal the run would be worth less than at risk.
            std::fprintf(stderr,
                         "rankpool: the file system of '%s' has no locks (%s): see to it that no second run uses this "
                         "journal now\n",
                         folder.c_str(), std::strerror(error));
            break;
        }
        if (i == tries) {
            const std::string owner = read_owner(fd_);
            close(fd_);
            throw ConfigError(std::string("the journal '").append(folder) + "' is in use by " + owner +
                              ": wait for its end, or give this run a journal of its own");
        }
        usleep(pause_us);
    }
    const std::string owner = owner_text();
    if (ftruncate(fd_, 0) != 0 || pwrite(fd_, owner.data(), owner.size(), 0) < 0) return;  // Only for people.
}

JournalLock::~JournalLock() {
    if (fd_ >= 0) close(fd_);
}

}  // namespace rankpool::journal
