#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <system_error>
#include <unistd.h>

#include <rankpool/core/error.hpp>
#include <rankpool/store/spill_file.hpp>

namespace rankpool {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

// In a directory of its own that nobody else can enter, and gone from there before it is used.
int open_and_unlink(const std::string& directory) {
    std::string name = directory + "/rankpool-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) return -1;  // Mode 0700.
    const std::string path = name + "/spilled";
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    const int error = errno;
    unlink(path.c_str());
    rmdir(name.c_str());
    errno = error;
    return file;
}

int open_unnamed(const std::string& directory) {
    // O_EXCL: it can never get a name.
    const int file = open(directory.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return file;
    return open_and_unlink(directory);
}

}  // namespace

class SpillFile::Place {
  public:
    explicit Place(std::shared_ptr<SpillFile> owner) : file(std::move(owner)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
        for (const Extent& extent : extents) file->free(extent);
    }

    std::shared_ptr<SpillFile> file;
    std::vector<Extent> extents;
    std::uint64_t size = 0;  // of the value
};

std::shared_ptr<SpillFile> SpillFile::open(const std::string& directory, std::uint64_t bytes_max) {
    const int file = open_unnamed(directory);
    if (file < 0) {
        throw Error("cannot make a file in '" + directory + "' to spill results to, which memory has no room for: " +
                    reason(errno) + " (PoolOptions::spill_directory or TMPDIR can name another directory)");
    }
    return std::shared_ptr<SpillFile>(new SpillFile(file, directory, bytes_max));
}

SpillFile::~SpillFile() { close(file_); }

std::uint64_t SpillFile::used() const {
    const std::lock_guard lock(mutex_);
    return used_;
}
std::uint64_t SpillFile::bytes_max() const {
    const std::lock_guard lock(mutex_);
    return bytes_max_;
}
std::string SpillFile::why_full() const {
    const std::lock_guard lock(mutex_);
    return why_full_;
}

// From the holes first, the first that fits; if none does, from several.
bool SpillFile::allocate(std::uint64_t size, std::vector<Extent>& extents) {
    const std::lock_guard lock(mutex_);
    if (size > bytes_max_ || used_ > bytes_max_ - size) {
        why_full_.clear();
        return false;
    }
    used_ += size;
    auto hole =
        std::find_if(free_.begin(), free_.end(), [&](const auto& candidate) { return candidate.second >= size; });
    if (hole == free_.end()) hole = free_.begin();
    while (size != 0 && hole != free_.end()) {
        const auto [start, length] = *hole;
        const std::uint64_t taken = std::min(size, length);
        hole = free_.erase(hole);
        if (taken != length) free_.emplace(start + taken, length - taken);
        extents.push_back({start, taken});
        size -= taken;
    }
    if (size == 0) return true;
    extents.push_back({end_, size});
    end_ += size;
    return true;
}

void SpillFile::free(const Extent& extent) {
    // The disk gets it back now where it can; else the file uses it again.
    fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(extent.start),
              static_cast<off_t>(extent.size));
    const std::lock_guard lock(mutex_);
    used_ -= extent.size;
    auto [place, is_new] = free_.emplace(extent.start, extent.size);
    if (const auto next = std::next(place); next != free_.end() && place->first + place->second == next->first) {
        place->second += next->second;
        free_.erase(next);
    }
    if (place == free_.begin()) return;
    const auto before = std::prev(place);
    if (before->first + before->second != place->first) return;
    before->second += place->second;
    free_.erase(place);
}

bool SpillFile::write_at(std::uint64_t offset, BytesView bytes) {
    while (!bytes.empty()) {
        const ssize_t count = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            const int error = count == 0 ? ENOSPC : errno;
            const std::lock_guard lock(mutex_);
            why_full_ = "'" + directory_ + "': " + reason(error);
            return false;
        }
        offset += static_cast<std::uint64_t>(count);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

SpillFile::PlaceRef SpillFile::write(const std::shared_ptr<SpillFile>& file, StoredValue& value) {
    const auto place = std::make_shared<Place>(file);
    constexpr std::uint64_t count_bytes = 16;  // What size() may leave out.
    if (!file->allocate(value.size() + count_bytes, place->extents)) return nullptr;
    std::size_t extent = 0;
    std::uint64_t written = 0;  // of that extent
    bool is_well = true;
    value.write_packed([&](BytesView bytes) {
        place->size += bytes.size();
        while (is_well && !bytes.empty()) {
            if (extent == place->extents.size() && !file->allocate(bytes.size(), place->extents)) {
                is_well = false;
                return;
            }
            const Extent& room = place->extents[extent];
            const std::uint64_t count = std::min<std::uint64_t>(room.size - written, bytes.size());
            is_well = file->write_at(room.start + written, bytes.first(static_cast<std::size_t>(count)));
            bytes = bytes.subspan(static_cast<std::size_t>(count));
            written += count;
            if (written == room.size) {
                ++extent;
                written = 0;
            }
        }
    });
    if (is_well) return place;
    // The disk is full: what fits on it now is all there is.
    const std::lock_guard lock(file->mutex_);
    std::uint64_t failed = 0;
    for (const Extent& lost : place->extents) failed += lost.size;
    file->bytes_max_ = std::min(file->bytes_max_, file->used_ - failed);
    return nullptr;
}

Bytes SpillFile::read(const Place& place) {
    Bytes bytes;
    std::byte* to = bytes.extend(static_cast<std::size_t>(place.size));
    std::uint64_t left = place.size;
    for (const Extent& extent : place.extents) {
        std::uint64_t offset = extent.start;
        std::uint64_t here = std::min(extent.size, left);
        left -= here;
        while (here != 0) {
            const ssize_t count = pread(place.file->file_, to, here, static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) {
                throw Error("a result that was spilled to '" + place.file->directory_ +
                            "' cannot be read back: " + (count == 0 ? "the file is too short" : reason(errno)));
            }
            to += count;
            offset += static_cast<std::uint64_t>(count);
            here -= static_cast<std::uint64_t>(count);
        }
    }
    return bytes;
}

bool is_in_memory(const std::string& directory) {
    struct statfs facts {};
    if (statfs(directory.c_str(), &facts) != 0) return false;
    return facts.f_type == TMPFS_MAGIC || facts.f_type == RAMFS_MAGIC;
}

std::uint64_t free_disk_bytes(const std::string& directory) {
    struct statvfs facts {};
    if (statvfs(directory.c_str(), &facts) != 0) return 0;
    return std::uint64_t{facts.f_bavail} * facts.f_frsize;
}

}  // namespace rankpool
