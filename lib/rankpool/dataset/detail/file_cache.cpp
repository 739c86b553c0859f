#include <algorithm>
#include <sys/stat.h>

#include <rankpool/dataset/detail/file_cache.hpp>

namespace rankpool::detail {
namespace {

// Open descriptors are bounded per process (often 1024) and shared with MPI's.
constexpr std::size_t file_count_max = 64;
constexpr std::size_t dataset_count_max = 256;

FileStamp stamp_of(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) return {};
    return {status.st_dev, status.st_ino, status.st_size,
            status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec};
}

}  // namespace

FileCache& FileCache::instance(const Hdf5Lock&) {
    static auto* const cache = new FileCache;
    return *cache;
}

OpenDataset& FileCache::dataset(const Hdf5Lock&, const Place& place) {
    OpenFile& file = open(place.path);
    if (const auto found = file.datasets.find(place.dataset); found != file.datasets.end()) return found->second;
    OpenDataset opened = open_dataset(*file.id, place);
    if (file.datasets.size() >= dataset_count_max) file.datasets.clear();
    return file.datasets.emplace(place.dataset, std::move(opened)).first->second;
}

hid_t FileCache::file(const Hdf5Lock&, const std::string& path) { return *open(path).id; }

void FileCache::close(const Hdf5Lock&, const std::string& path) {
    const FileStamp stamp = stamp_of(path);
    std::erase_if(files_, [&](const auto& entry) {
        const FileStamp& other = entry.second.stamp;
        return entry.first == path || (other.device == stamp.device && other.inode == stamp.inode);
    });
}

void FileCache::close_all(const Hdf5Lock&) { files_.clear(); }

FileCache::OpenFile& FileCache::open(const std::string& path) {
    const FileStamp stamp = stamp_of(path);
    auto found = files_.find(path);
    if (found != files_.end() && !(found->second.stamp == stamp)) {
        files_.erase(found);
        found = files_.end();
    }
    if (found == files_.end()) {
        Handle id = open_file(path, H5F_ACC_RDONLY);
        make_room();
        found = files_.emplace(path, OpenFile{std::move(id), stamp, {}, 0}).first;
    }
    found->second.last_use = ++use_count_;
    return found->second;
}

void FileCache::make_room() {
    if (files_.size() < file_count_max) return;
    files_.erase(std::ranges::min_element(files_, {}, [](const auto& entry) { return entry.second.last_use; }));
}

}  // namespace rankpool::detail
