#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <rankpool/core/sanitizers.hpp>
#include <rankpool/launch/child_process.hpp>
#include <rankpool/launch/output_tail.hpp>

namespace rankpool {

using namespace std::chrono_literals;

namespace {

/// Owns a file descriptor.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor() { close(); }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    int get() const { return fd_; }

  private:
    int fd_ = -1;
};

struct Pipe {
    Descriptor read_end;
    Descriptor write_end;
};

std::optional<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);  // Of our end only: programs rarely expect a stdout that does not block.
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// What the child needs between clone() and execve(): it runs in our memory, so all of it is made before.
struct Start {
    const char* path = nullptr;
    char* const* arguments = nullptr;
    char* const* environment = nullptr;
    const char* directory = nullptr;
    int in = -1;
    int out = -1;
    int err = -1;
    pid_t parent = 0;
    int error = 0;
    bool ignores_usr1 = false;
    bool failed_at_directory = false;
};

#ifndef RANKPOOL_HAS_TSAN
/// The child's first steps. It shares our memory, and our thread waits: nothing but system calls.
__attribute__((no_sanitize("address"))) int begin_child(void* argument) {
    auto& start = *static_cast<Start*>(argument);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != start.parent) _exit(127);  // We died before the kernel knew of our wish.
    // Handlers end with execve() by themselves. Of what is ignored, only this is our own or MPI's doing.
    struct sigaction by_default = {};
    by_default.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &by_default, nullptr);
    struct sigaction ignored = {};
    ignored.sa_handler = SIG_IGN;
    if (start.ignores_usr1) sigaction(SIGUSR1, &ignored, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    dup2(start.in, STDIN_FILENO);
    dup2(start.out, STDOUT_FILENO);
    dup2(start.err, STDERR_FILENO);
    // MPI's sockets and files are not for programs. (Linux 5.11; before, they get those that MPI did not mark.)
#ifdef SYS_close_range
    syscall(SYS_close_range, 3U, ~0U, 1U << 2);  // CLOSE_RANGE_CLOEXEC, which old headers do not have.
#endif
    if (start.directory != nullptr && chdir(start.directory) != 0) {
        start.error = errno;
        start.failed_at_directory = true;
        _exit(127);
    }
    execve(start.path, start.arguments, start.environment);
    start.error = errno;
    _exit(127);
}
#endif

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000  // linux/sched.h; older kernels ignore it.
#endif

struct Started {
    pid_t pid = -1;
    Descriptor pidfd;  // None before Linux 5.2.
};

#ifdef RANKPOOL_HAS_TSAN
// ThreadSanitizer does not understand a child in its memory; a start by the C library it does not see. The program then
// outlives us if we are killed.
Started start_child(Start& start) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, start.in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, start.out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, start.err, STDERR_FILENO);
    start.failed_at_directory = start.directory != nullptr && access(start.directory, X_OK) != 0;
    if (start.directory != nullptr) posix_spawn_file_actions_addchdir_np(&files, start.directory);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    Started started;
    start.error = posix_spawn(&started.pid, start.path, &files, &attributes, start.arguments, start.environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (start.error != 0) started.pid = -1;
    if (start.error == 0) started.pidfd = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, started.pid, 0)));
    return started;
}
#else
Started start_child(Start& start) {
    // Enough for begin_child() and the signal frames that cannot come; kept, because threads run many programs.
    constexpr std::size_t stack_bytes = std::size_t{64} * 1024;
    thread_local const std::unique_ptr<std::byte[]> stack(new std::byte[stack_bytes]);
    void* const top = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(stack.get() + stack_bytes) & ~63UL);
    // A handler of ours must not run in the child: it would change our memory.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    start.parent = getpid();
    int pidfd = -1;
    Started started;
    started.pid = clone(begin_child, top, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &start, &pidfd);
    if (started.pid < 0) start.error = errno;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    started.pidfd = Descriptor(pidfd);
    return started;
}
#endif

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

Duration duration_of(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

/// A program that runs, until it has ended.
class RunningChild {
  public:
    RunningChild(const ChildSpec& spec, Instant begin, Started started, Pipe out, Pipe err)
        : spec_(spec),
          begin_(begin),
          started_(std::move(started)),
          streams_{Stream{std::move(out.read_end), OutputTail(spec.capture_bytes_max)},
                   Stream{std::move(err.read_end), OutputTail(spec.capture_bytes_max)}} {}

    ChildEnd wait(const std::function<bool()>& stop_requested) {
        while (!has_ended()) {
            step(stop_requested);
        }
        // What others still hold open (a program in the background) is not waited for.
        for (Stream& stream : streams_) drain(stream);
        end_.wall = now() - begin_;
        end_.out = streams_[0].kept.text();
        end_.err = streams_[1].kept.text();
        return std::move(end_);
    }

  private:
    struct Stream {
        Descriptor fd;
        OutputTail kept;
    };
    // How soon a wish to stop is noticed, and the end of a program where the kernel has no pidfd.
    static constexpr Duration tick = 200ms;
    static constexpr Duration blind_tick = 5ms;

    void step(const std::function<bool()>& stop_requested) {
        std::array<pollfd, 3> waiting{pollfd{streams_[0].fd.get(), POLLIN, 0}, pollfd{streams_[1].fd.get(), POLLIN, 0},
                                      pollfd{started_.pidfd.get(), POLLIN, 0}};
        const Instant due = cut_at_ ? deadline_after(*cut_at_, spec_.grace) : deadline_after(begin_, spec_.time_limit);
        const Duration until_due = due == Instant::max() ? tick : std::max<Duration>(due - now(), 0ms);
        const Duration wait = std::min(started_.pidfd.get() >= 0 ? tick : blind_tick, until_due);
        // Rounded up, so that no wait of less than a millisecond becomes a busy loop.
        const auto timeout_ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
        if (poll(waiting.data(), waiting.size(), static_cast<int>(timeout_ms)) < 0 && errno != EINTR) return;
        for (std::size_t i = 0; i < streams_.size(); ++i) {
            if (waiting[i].revents != 0) drain(streams_[i]);
        }
        may_have_ended_ = waiting[2].fd < 0 || waiting[2].revents != 0;
        if (waiting[2].revents != 0) return;
        if (!cut_at_) {
            if (now() >= deadline_after(begin_, spec_.time_limit)) {
                cut(Cut::time_limit);
            } else if (stop_requested()) {
                cut(Cut::stop);
            }
        } else if (now() >= deadline_after(*cut_at_, spec_.grace)) {
            kill(-started_.pid, SIGKILL);
        }
    }
    void cut(Cut why) {
        end_.cut = why;
        cut_at_ = now();
        kill(-started_.pid, SIGTERM);
        kill(-started_.pid, SIGCONT);  // A stopped program could not act on it.
    }
    static void drain(Stream& stream) {
        std::array<char, 16384> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it.
        // Bounded: a program that writes without end must not keep us from watching the clock.
        for (int reads = 0; stream.fd.get() >= 0 && reads < 64; ++reads) {
            const ssize_t count = read(stream.fd.get(), bytes.data(), bytes.size());
            if (count > 0) {
                stream.kept.append({bytes.data(), static_cast<std::size_t>(count)});
            } else if (count == 0) {
                stream.fd.close();
            } else if (errno != EINTR) {
                return;
            }
        }
    }
    bool has_ended() {
        if (!may_have_ended_) return false;
        siginfo_t about = {};
        // Without reaping it: until then its process group's number cannot become another's.
        if (waitid(P_PID, static_cast<id_t>(started_.pid), &about, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            about.si_pid == 0) {
            return false;
        }
        if (end_.cut != Cut::none) kill(-started_.pid, SIGKILL);  // What it started, and what did not heed SIGTERM.
        int status = 0;
        rusage used = {};
        while (wait4(started_.pid, &status, 0, &used) < 0 && errno == EINTR) {
        }
        if (WIFSIGNALED(status)) end_.signal = WTERMSIG(status);
        if (WIFEXITED(status)) end_.exit_code = WEXITSTATUS(status);
        end_.cpu = duration_of(used.ru_utime) + duration_of(used.ru_stime);
        rusage ours = {};
        getrusage(RUSAGE_SELF, &ours);
        // Until its execve() the child had our memory, and the kernel counts that in: what is not more tells nothing.
        if (used.ru_maxrss > ours.ru_maxrss)
            end_.memory_bytes = used.ru_maxrss * 1024;  // ru_maxrss is in KiB on Linux.
        return true;
    }

    const ChildSpec& spec_;
    Instant begin_;
    Started started_;
    std::array<Stream, 2> streams_;
    std::optional<Instant> cut_at_;
    bool may_have_ended_ = false;
    ChildEnd end_;
};

ChildEnd not_started(std::string reason) {
    ChildEnd end;
    end.start_error = std::move(reason);
    return end;
}

std::string_view path_of(const std::vector<std::string>& environment) {
    for (const std::string& entry : environment) {
        if (entry.starts_with("PATH=")) return std::string_view(entry).substr(5);
    }
    return "/usr/local/bin:/usr/bin:/bin";
}

}  // namespace

std::string find_program(const std::string& name, const std::vector<std::string>& environment) {
    if (name.find('/') != std::string::npos) return name;
    std::string_view folders = path_of(environment);
    while (!folders.empty() && !name.empty()) {
        const std::size_t end = std::min(folders.find(':'), folders.size());
        std::string path(end == 0 ? "." : folders.substr(0, end));
        path += '/' + name;
        if (access(path.c_str(), X_OK) == 0) return path;
        folders.remove_prefix(std::min(end + 1, folders.size()));
    }
    return {};
}

ChildEnd run_child(const ChildSpec& spec, const std::function<bool()>& stop_requested) {
    const std::string& name = spec.arguments.at(0);
    const std::string path = find_program(name, spec.environment);
    if (path.empty()) return not_started("there is no program '" + name + "' in PATH");
    const std::vector<char*> arguments = pointers_to(spec.arguments);
    const std::vector<char*> environment = pointers_to(spec.environment);
    std::optional<Pipe> out = make_pipe();
    std::optional<Pipe> err = make_pipe();
    const Descriptor in(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!out || !err || in.get() < 0)
        return not_started(std::string("no pipe for its output: ") + std::strerror(errno));
    Start start{.path = path.c_str(),
                .arguments = arguments.data(),
                .environment = environment.data(),
                .directory = spec.directory.empty() ? nullptr : spec.directory.c_str(),
                .in = in.get(),
                .out = out->write_end.get(),
                .err = err->write_end.get(),
                .ignores_usr1 = spec.ignores_usr1};
    const Instant begin = now();  // The call returns when the program has begun.
    Started started = start_child(start);
    out->write_end.close();
    err->write_end.close();
    if (start.error != 0) {
        if (started.pid > 0) waitpid(started.pid, nullptr, 0);
        const std::string what = start.failed_at_directory ? "cannot enter '" + spec.directory : "cannot run '" + path;
        return not_started(what + "': " + std::strerror(start.error));
    }
    return RunningChild(spec, begin, std::move(started), std::move(*out), std::move(*err)).wait(stop_requested);
}

}  // namespace rankpool
