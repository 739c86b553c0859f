#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <rankpool/core/error.hpp>
#include <rankpool/journal/format.hpp>
#include <rankpool/journal/journal.hpp>

namespace rankpool::journal {
namespace {

// Who adds faster than the disk takes waits for it: 64 MiB are some tenths of a second on a slow one.
constexpr std::size_t waiting_bytes_max = std::size_t{64} << 20;

std::string made(const std::string& folder) {
    std::error_code error;
    if (std::filesystem::create_directories(folder, error)) {
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    }
    if (!std::filesystem::is_directory(folder, error)) {
        throw ConfigError("cannot make the folder '" + folder + "' for the journal: is there a file of that name?");
    }
    return folder;
}

[[noreturn]] void refuse(const std::string& path, const char* what) {
    throw ConfigError("cannot " + std::string(what) + " the journal '" + path + "': " + std::strerror(errno));
}

/// A file in memory, for reading.
class Mapped {
  public:
    explicit Mapped(int fd, const std::string& path) {
        struct stat about = {};
        if (fstat(fd, &about) != 0) refuse(path, "look at");
        size_ = static_cast<std::size_t>(about.st_size);
        if (size_ == 0) return;
        memory_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
        if (memory_ == MAP_FAILED) refuse(path, "read");
        madvise(memory_, size_, MADV_SEQUENTIAL);
    }
    ~Mapped() {
        if (size_ > 0) munmap(memory_, size_);
    }
    Mapped(const Mapped&) = delete;
    Mapped& operator=(const Mapped&) = delete;
    BytesView view() const { return {static_cast<const std::byte*>(memory_), size_}; }

  private:
    void* memory_ = nullptr;
    std::size_t size_ = 0;
};

/// Writes all of it at `offset`; false, with errno, if that fails.
bool write_all(int fd, BytesView bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t count = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        offset += static_cast<std::uint64_t>(count);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

void sync_folder(const std::string& folder) {
    const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

}  // namespace

Journal::Journal(const std::string& folder, const JournalOptions& options)
    : path_(made(folder) + "/journal"), options_(options), lock_(folder) {
    fd_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0) refuse(path_, "open");
    try {
        read_file();
    } catch (...) {
        close(fd_);
        throw;
    }
    sync_folder(folder);
    writer_ = std::thread([this] { run(); });
}

Journal::~Journal() {
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
    }
    wake_.notify_all();
    writer_.join();
    close(fd_);
}

void Journal::read_file() {
    const Mapped file(fd_, path_);
    if (file.view().size() < header_bytes) {  // New, or begun by a run that was killed at once.
        Bytes header;
        append_header(header);
        if (ftruncate(fd_, 0) != 0 || !write_all(fd_, header.view(), 0)) refuse(path_, "write");
        written_ = header_bytes;
        return;
    }
    if (!has_header(file.view())) {
        throw ConfigError("'" + path_ + "' is no journal of this version of rankpool: give this run another folder");
    }
    Reader reader(file.view());
    for (Found found; reader.next(found);) {
        const auto offset = static_cast<std::uint64_t>(found.entry.result.data() - file.view().data());
        places_[found.entry.key] = {offset, found.entry.result.size()};
    }
    written_ = reader.end();
    damaged_bytes_ = reader.damaged_bytes() + (file.view().size() - written_);
    if (file.view().size() > written_ && ftruncate(fd_, static_cast<off_t>(written_)) != 0) refuse(path_, "cut");
}

std::optional<Bytes> Journal::find(const TaskKey& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return std::nullopt;
    Bytes result;
    std::byte* to = result.extend(found->second.size);
    std::uint64_t offset = found->second.offset;
    for (std::uint64_t left = found->second.size; left > 0;) {
        const ssize_t count = pread(fd_, to, left, static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return std::nullopt;  // Then the task runs again.
        to += count;
        offset += static_cast<std::uint64_t>(count);
        left -= static_cast<std::uint64_t>(count);
    }
    return result;
}

void Journal::add(const TaskKey& key, std::string_view name, BytesView result) {
    std::unique_lock lock(mutex_);
    if (is_broken_) return;
    const bool was_empty = waiting_.empty();
    append_record(waiting_, {key, static_cast<std::uint64_t>(std::time(nullptr)), name, result});
    if (was_empty) wake_.notify_all();
    wake_.wait(lock, [&] { return waiting_.size() < waiting_bytes_max || is_broken_; });
}

void Journal::run() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);  // Handlers are for the program's threads.
    std::unique_lock lock(mutex_);
    bool is_unsynced = false;
    Instant next_sync = Instant::max();
    for (;;) {
        const auto has_news = [&] { return is_over_ || !waiting_.empty(); };
        if (is_unsynced) {
            wake_.wait_until(lock, next_sync, has_news);
        } else {
            wake_.wait(lock, has_news);
        }
        if (!waiting_.empty() && !is_over_) {  // More comes soon; together it costs less.
            wake_.wait_for(lock, options_.write_interval,
                           [&] { return is_over_ || waiting_.size() >= waiting_bytes_max / 2; });
        }
        if (!waiting_.empty()) {
            write_out(lock);
            if (!std::exchange(is_unsynced, true)) next_sync = now() + options_.sync_interval;
        }
        if (is_unsynced && (is_over_ || now() >= next_sync)) {
            lock.unlock();
            const bool is_synced = fdatasync(fd_) == 0;
            lock.lock();
            if (!is_synced) give_up("sync");
            is_unsynced = false;
        }
        if (is_over_ && waiting_.empty()) return;
    }
}

void Journal::write_out(std::unique_lock<std::mutex>& lock) {
    Bytes bytes;
    std::swap(bytes, waiting_);
    wake_.notify_all();
    if (is_broken_) return;
    lock.unlock();
    const bool is_written = write_all(fd_, bytes.view(), written_);
    if (is_written) {
        written_ += bytes.size();
    } else if (ftruncate(fd_, static_cast<off_t>(written_)) != 0) {
        // Whoever opens it next recognises the half record and cuts it.
    }
    lock.lock();
    if (!is_written) give_up("write");
}

void Journal::give_up(const char* what) {
    if (is_broken_) return;
    is_broken_ = true;
    wake_.notify_all();
    std::fprintf(stderr,
                 "rankpool: cannot %s the journal '%s' (%s): the run goes on, and a later one will run again what "
                 "finishes from now on\n",
                 what, path_.c_str(), std::strerror(errno));
}

std::pair<std::uint64_t, std::uint64_t> Journal::compact(const std::string& folder) {
    const JournalLock lock(folder);
    const std::string path = folder + "/journal";
    const std::string new_path = path + ".new";
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) refuse(path, "open");
    const Mapped file(fd, path);
    close(fd);
    if (!has_header(file.view())) throw ConfigError("'" + path + "' is no journal of this version of rankpool");
    std::unordered_map<TaskKey, std::uint64_t> latest;
    Reader first(file.view());
    for (Found found; first.next(found);) latest[found.entry.key] = found.offset;
    const int out = open(new_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0) refuse(new_path, "write");
    Bytes bytes;
    append_header(bytes);
    std::uint64_t written = 0;
    bool is_well = true;
    const auto flush = [&] {
        is_well = is_well && write_all(out, bytes.view(), written);
        written += bytes.size();
        bytes.clear();
    };
    Reader second(file.view());
    for (Found found; second.next(found);) {
        if (latest[found.entry.key] != found.offset) continue;
        append_record(bytes, found.entry);
        if (bytes.size() > waiting_bytes_max / 8) flush();
    }
    flush();
    is_well = is_well && fsync(out) == 0;
    close(out);
    if (!is_well || rename(new_path.c_str(), path.c_str()) != 0) {
        const int error = errno;
        unlink(new_path.c_str());
        errno = error;
        refuse(path, "write anew");
    }
    sync_folder(folder);
    return {file.view().size(), written};
}

}  // namespace rankpool::journal
