#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rankpool/launch/child_guard.hpp>

namespace rankpool {
namespace {

constexpr char in_order = 'o';

/// Of this process, and of no other on this machine since it was started.
std::string own_mark() {
    std::ifstream file("/proc/self/stat");
    const std::string stat{std::istreambuf_iterator<char>(file), {}};
    // The 22nd field is the start in clock ticks; the second, a name in parentheses, may have spaces.
    std::size_t at = stat.rfind(')');
    for (int field = 2; field < 22 && at != std::string::npos; ++field) at = stat.find(' ', at + 1);
    const std::string start = at == std::string::npos ? "0" : stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
    return std::to_string(getpid()) + '.' + start;
}

/// Whether `mark` is among the values, separated by colons, of the variable in this environment.
bool carries(std::string_view environment, const std::string& mark) {
    const std::string name = std::string(ChildGuard::variable) + '=';
    while (!environment.empty()) {
        const std::string_view entry = environment.substr(0, environment.find('\0'));
        environment.remove_prefix(std::min(entry.size() + 1, environment.size()));
        if (!entry.starts_with(name)) continue;
        return (':' + std::string(entry.substr(name.size())) + ':').find(':' + mark + ':') != std::string::npos;
    }
    return false;
}

[[noreturn]] void help(int pipe, const std::string& mark) {
    setsid();  // Signals to the program's group are not for the helper.
    prctl(PR_SET_NAME, "rankpool-guard");
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) std::signal(signal, SIG_IGN);
    // Whoever reads what the program writes must not wait for the helper.
    const int nothing = open("/dev/null", O_RDWR);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, fd);
    const long fds_max = sysconf(_SC_OPEN_MAX);
    for (int fd = 3; fd < std::min(fds_max, 4096L); ++fd) {
        if (fd != pipe) close(fd);
    }
    char word = 0;
    ssize_t count = 0;
    while ((count = read(pipe, &word, 1)) < 0 && errno == EINTR) {
    }
    if (count == 1 && word == in_order) _exit(0);
    // Those that were just being started, or start others while they die, are found in the next rounds.
    constexpr int rounds_max = 50;
    for (int round = 0, quiet = 0; round < rounds_max && quiet < 3; ++round) {
        quiet = kill_marked(mark) == 0 ? quiet + 1 : 0;
        usleep(20'000);
    }
    _exit(0);
}

}  // namespace

int kill_marked(const std::string& mark) {
    int killed = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        const std::string name = entry.path().filename().string();
        pid_t pid = 0;
        const auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (wrong != std::errc() || end != name.data() + name.size() || pid == getpid()) continue;
        std::ifstream file(entry.path() / "environ", std::ios::binary);  // Empty for other users' and dead ones.
        const std::string environment{std::istreambuf_iterator<char>(file), {}};
        if (carries(environment, mark) && kill(pid, SIGKILL) == 0) ++killed;
    }
    return killed;
}

ChildGuard::ChildGuard() : mark_(own_mark()) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return;  // Then programs are guarded as far as the kernel does it.
    helper_ = fork();
    if (helper_ == 0) {
        close(ends[1]);
        help(ends[0], mark_);
    }
    // After the marks of those that guard this process itself.
    const char* const outer = std::getenv(variable);
    setenv(variable, (outer == nullptr ? mark_ : outer + (':' + mark_)).c_str(), 1);
    close(ends[0]);
    pipe_ = ends[1];
}

ChildGuard::~ChildGuard() {
    if (pipe_ < 0) return;
    if (write(pipe_, &in_order, 1) == 1 && helper_ > 0) waitpid(helper_, nullptr, 0);
    close(pipe_);
}

}  // namespace rankpool
