#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <rankpool/dataset/detail/open_failure.hpp>
#include <rankpool/dataset/detail/part_file.hpp>

namespace rankpool::detail {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(std::string_view action, const std::string& target, int error_number) {
    SystemProblem system = system_problem(error_number);
    const fs::path directory = fs::path(target).parent_path();
    std::error_code ignored;
    if (error_number == ENOENT && !fs::exists(directory, ignored)) {
        system.text = "the directory '" + directory.string() + "' does not exist: create it first (mkdir -p)";
    } else if (system.problem == DatasetProblem::not_writable) {
        system.text = "user " + std::to_string(geteuid()) + " may not write in '" + directory.string() +
                      "': check its rights, or choose another place";
    }
    throw DatasetError(system.problem, target, "",
                       "cannot " + std::string(action) + " '" + target + "': " + system.text);
}

std::string real_target(const std::string& target) {
    if (target.empty()) throw ConfigError("an output file needs a name");
    std::error_code error;
    const fs::path absolute = fs::absolute(target);
    if (!fs::is_symlink(absolute, error)) return absolute.string();
    const fs::path real = fs::weakly_canonical(absolute, error);
    return error ? absolute.string() : real.string();
}

void check_target(const std::string& target) {
    struct stat status {};
    if (stat(target.c_str(), &status) != 0) return;
    if (S_ISDIR(status.st_mode)) {
        throw DatasetError(DatasetProblem::is_a_directory, target, "",
                           "cannot write '" + target + "': it is a directory; name a file in it");
    }
    if (!S_ISREG(status.st_mode)) {
        throw DatasetError(DatasetProblem::not_writable, target, "",
                           "cannot write '" + target + "': it is a device or pipe, which cannot be replaced by a file");
    }
    // Renaming would replace it all the same, but whoever protects a result means it.
    if (access(target.c_str(), W_OK) != 0 && errno == EACCES) {
        throw DatasetError(
            DatasetProblem::not_writable, target, "",
            "cannot write '" + target + "': it exists and is write-protected; choose another name or chmod u+w");
    }
}

void sync_path(const std::string& path, int flags, const std::string& target) {
    const int descriptor = open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0) refuse("write", target, errno);
    const int status = fsync(descriptor);
    const int error_number = errno;
    close(descriptor);
    // EINVAL: a file system that knows no synchronising has nothing to lose.
    if (status != 0 && error_number != EINVAL) refuse("write", target, error_number);
}

}  // namespace

PartFile::PartFile(const std::string& target) : target_(real_target(target)) {
    check_target(target_);
    const std::string base = target_ + ".part-" + std::to_string(getpid());
    // Another host's process may have the same number, on a file system they share.
    for (int i = 1; i <= 1000; ++i) {
        path_ = i == 1 ? base : base + '-' + std::to_string(i);
        const int descriptor = open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0) {
            close(descriptor);
            return;
        }
        if (errno != EEXIST) break;
    }
    refuse("write", target_, errno);
}

void PartFile::check_disk() const {
    const std::array<char, 8192> zeros{};
    const int descriptor = open(path_.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) refuse("write", target_, errno);
    errno = ENOSPC;  // Of a write that wrote only a part.
    const bool written = write(descriptor, zeros.data(), zeros.size()) == ssize_t{zeros.size()};
    const int error_number = errno;
    const bool emptied = ftruncate(descriptor, 0) == 0;
    close(descriptor);
    if (!written || !emptied) refuse("write", target_, error_number);
}

void PartFile::publish() const {
    sync_path(path_, O_RDWR, target_);
    if (std::rename(path_.c_str(), target_.c_str()) != 0) refuse("give its name to", target_, errno);
    try {
        sync_path(fs::path(target_).parent_path().string(), O_RDONLY | O_DIRECTORY, target_);
    } catch (const DatasetError&) {
        // The file is complete under its name; only a power cut in the next seconds could bring back the old one.
    }
}

void PartFile::remove() const noexcept { unlink(path_.c_str()); }

}  // namespace rankpool::detail
