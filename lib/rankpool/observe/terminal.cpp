#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

#include <rankpool/observe/terminal.hpp>

namespace rankpool {
namespace {

/// A file descriptor of the terminal behind stderr, closed at the end if it was opened for that.
class Terminal {
  public:
    Terminal() {
        const char* kind = std::getenv("TERM");
        if (kind != nullptr && std::string_view(kind) == "dumb") return;
        if (isatty(STDERR_FILENO) == 1) {
            descriptor_ = STDERR_FILENO;
        } else if (std::getenv("OMPI_COMM_WORLD_RANK") != nullptr) {
            // Open MPI's mpirun is the parent of the ranks on its own node. Opening its stderr works only for files and
            // terminals we may use ourselves; O_NOCTTY keeps us from being signalled by that terminal.
            const std::string path = "/proc/" + std::to_string(getppid()) + "/fd/2";
            opened_ = open(path.c_str(), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC | O_APPEND);
            if (opened_ >= 0 && isatty(opened_) == 1) descriptor_ = opened_;
        }
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal() {
        if (opened_ >= 0) close(opened_);
    }

    bool exists() const { return descriptor_ >= 0; }
    int columns() const {
        winsize size{};
        if (!exists() || ioctl(descriptor_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
        return size.ws_col;
    }

  private:
    int opened_ = -1;
    int descriptor_ = -1;
};

}  // namespace

bool is_stderr_on_terminal() { return Terminal().exists(); }

int terminal_columns() { return Terminal().columns(); }

void write_to_stderr(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace rankpool
