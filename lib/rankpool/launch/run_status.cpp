#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

#include <rankpool/launch/run_status.hpp>

namespace rankpool {
namespace {

/// A text of bounded size; what does not fit is left out. Signal handlers may write it.
class SmallText {
  public:
    SmallText& operator<<(std::string_view text) {
        const std::size_t count = std::min(text.size(), bytes_.size() - size_);
        std::memcpy(bytes_.data() + size_, text.data(), count);
        size_ += count;
        return *this;
    }
    SmallText& operator<<(long number) {
        std::array<char, 24> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        return *this << std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()));
    }
    SmallText& line(std::string_view name, std::string_view text) {
        *this << name << "=";
        for (const char c : text.substr(0, 1000))
            *this << (c == '\n' || c == '\r' ? std::string_view(" ") : std::string_view(&c, 1));
        return *this << "\n";
    }
    std::string_view view() const { return {bytes_.data(), size_}; }

  private:
    std::array<char, PATH_MAX + 2048> bytes_{};
    std::size_t size_ = 0;
};

// Handlers read these: written once, before any of them is installed.
std::array<char, PATH_MAX> path{};
std::array<char, PATH_MAX + 8> new_path{};
SmallText begin_lines;
pid_t owner = 0;  // A fork of this process is not the run.
constexpr int nothing_told = -2;
std::atomic<int> told_code{nothing_told};

long seconds_now() {
    timespec time{};
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec;
}

const char* name_of(RunOutcome outcome) {
    switch (outcome) {
        case RunOutcome::running:
            return "running";
        case RunOutcome::succeeded:
            return "succeeded";
        case RunOutcome::failed:
            return "failed";
        case RunOutcome::resumable:
            return "resumable";
        case RunOutcome::signal:
            return "signal";
    }
    return "";
}

/// 0, or errno. Only what signal-safety(7) allows.
int replace_file(std::string_view text) {
    const int fd = open(new_path.data(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return errno;
    int error = 0;
    while (!text.empty() && error == 0) {
        const ssize_t count = write(fd, text.data(), text.size());
        if (count < 0 && errno != EINTR) error = errno;
        if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    }
    if (error == 0 && fsync(fd) != 0 && errno != EINVAL) error = errno;  // EINVAL: not a file on a disk.
    close(fd);
    if (error == 0 && rename(new_path.data(), path.data()) != 0) error = errno;
    if (error != 0) unlink(new_path.data());
    return error;
}

void write_end(RunOutcome outcome, int exit_code, std::string_view message) {
    SmallText text;
    text.line("outcome", name_of(outcome));
    if (exit_code >= 0) text << "exit_code=" << static_cast<long>(exit_code) << "\n";
    text << begin_lines.view() << "ended_s=" << seconds_now() << "\n";
    text.line("message", message);
    replace_file(text.view());
}

void end_at_exit(int code, void*) {
    if (owner != getpid() || told_code.exchange(code) == code) return;
    write_end(code == 0 ? RunOutcome::succeeded : RunOutcome::failed, code, "the exit code of the process");
}

std::string program_path() {
    std::array<char, PATH_MAX> text{};
    const ssize_t length = readlink("/proc/self/exe", text.data(), text.size());
    return {text.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

}  // namespace

void begin_run_status(const std::string& file, bool started_by_launcher) {
    if (file.empty() || owner != 0) return;
    if (file.size() + 1 > path.size()) {
        std::fprintf(stderr, "rankpool: RANKPOOL_STATUS_FILE is longer than a path may be; no status is written\n");
        return;
    }
    file.copy(path.data(), file.size());
    (file + ".new").copy(new_path.data(), file.size() + 4);
    std::array<char, HOST_NAME_MAX + 1> host{};
    gethostname(host.data(), host.size() - 1);
    begin_lines.line("started_by_launcher", started_by_launcher ? "yes" : "no");
    begin_lines.line("program", program_path()).line("host", host.data());
    begin_lines << "pid=" << static_cast<long>(getpid()) << "\nstarted_s=" << seconds_now() << "\n";
    SmallText text;
    text.line("outcome", name_of(RunOutcome::running)) << begin_lines.view();
    if (const int error = replace_file(text.view()); error != 0) {
        std::fprintf(stderr,
                     "rankpool: cannot write the status file '%s' (%s); the job's script will not know the end\n",
                     path.data(), std::strerror(error));
        return;
    }
    owner = getpid();
    on_exit(end_at_exit, nullptr);
}

void end_run_status(RunOutcome outcome, int exit_code, std::string_view message) {
    int nothing = nothing_told;
    if (owner == 0 || owner != getpid() || !told_code.compare_exchange_strong(nothing, exit_code)) return;
    const int errno_before = errno;
    write_end(outcome, exit_code, message);
    errno = errno_before;
}

RunStatus read_run_status(std::string_view text) {
    RunStatus status;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const std::size_t equals = std::min(line.find('='), line.size());
        const std::string_view name = line.substr(0, equals);
        const std::string_view value = line.substr(std::min(equals + 1, line.size()));
        if (name == "outcome") status.outcome = value;
        if (name == "message") status.message = value;
        int code = 0;
        const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), code);
        if (name == "exit_code" && error == std::errc() && stop == value.data() + value.size()) status.exit_code = code;
    }
    return status;
}

bool is_started_by_launcher() {
    // As /proc shows them: 15 characters at most.
    static constexpr std::array<std::string_view, 12> launchers{
        "mpirun", "mpiexec",       "orterun",         "orted",           "prterun", "prte",
        "prted",  "mpiexec.hydra", "hydra_pmi_proxy", "hydra_bstrap_pr", "srun",    "slurmstepd"};
    std::ifstream file("/proc/" + std::to_string(getppid()) + "/comm");
    std::string name;
    std::getline(file, name);
    return std::find(launchers.begin(), launchers.end(), name) != launchers.end();
}

}  // namespace rankpool
