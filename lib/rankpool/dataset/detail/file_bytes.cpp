#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>
#include <unistd.h>

#include <rankpool/dataset/dataset_error.hpp>
#include <rankpool/dataset/detail/file_bytes.hpp>
#include <rankpool/dataset/detail/open_failure.hpp>

namespace rankpool::detail {
namespace {

[[noreturn]] void refuse(const std::string& path, int error_number) {
    const SystemProblem system = system_problem(error_number);
    throw DatasetError(system.problem, path, "", "cannot read '" + path + "': " + system.text);
}

}  // namespace

FileBytes::FileBytes(const std::string& path) : path_(path), descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) refuse(path_, errno);
}

FileBytes::~FileBytes() { close(descriptor_); }

std::uint64_t FileBytes::size() const {
    struct stat status {};
    if (fstat(descriptor_, &status) != 0) refuse(path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
}

std::size_t FileBytes::read_some(std::uint64_t offset, std::span<std::byte> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) break;
        const ssize_t count = pread(descriptor_, out.data() + done, out.size() - done, static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) refuse(path_, errno);
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
        offset += static_cast<std::uint64_t>(count);
    }
    return done;
}

}  // namespace rankpool::detail
