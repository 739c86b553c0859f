#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <rankpool/dataset/box.hpp>
#include <rankpool/dataset/detail/open_failure.hpp>
#include <rankpool/dataset/detail/plain_storage.hpp>
#include <rankpool/dataset/detail/written_file.hpp>

namespace rankpool {
namespace {

[[noreturn]] void refuse(const PlainStorage& storage, int error_number) {
    const detail::SystemProblem system = detail::system_problem(error_number);
    throw DatasetError(system.problem, storage.target, storage.dataset,
                       "cannot write " + detail::quoted({storage.target, storage.dataset}) + ": " + system.text);
}

/// A file open for writing at given places.
class WritableFile {
  public:
    explicit WritableFile(const PlainStorage& storage)
        : storage_(storage), descriptor_(open(storage.path.c_str(), O_WRONLY | O_CLOEXEC)) {}
    WritableFile(const WritableFile&) = delete;
    WritableFile& operator=(const WritableFile&) = delete;
    ~WritableFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    bool is_the_right_one() const {
        struct stat status {};
        return descriptor_ >= 0 && fstat(descriptor_, &status) == 0 && status.st_ino == storage_.file_id;
    }
    void write(std::uint64_t offset, const std::byte* bytes, std::size_t count) const {
        while (count > 0) {
            const ssize_t written = pwrite(descriptor_, bytes, count, static_cast<off_t>(offset));
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) refuse(storage_, written < 0 ? errno : ENOSPC);
            offset += static_cast<std::uint64_t>(written);
            bytes += written;
            count -= static_cast<std::size_t>(written);
        }
    }
    void close() {
        if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) refuse(storage_, errno);
    }

  private:
    const PlainStorage& storage_;
    int descriptor_;
};

}  // namespace

void detail::allocate_early(hid_t properties, const Place& place) {
    H5D_fill_value_t fill = H5D_FILL_VALUE_DEFAULT;
    checked(H5Pfill_value_defined(properties, &fill), "create", place);
    if (H5Pget_layout(properties) != H5D_CONTIGUOUS || fill == H5D_FILL_VALUE_USER_DEFINED) return;
    checked(H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY), "create", place);
}

std::optional<PlainStorage> detail::plain_storage(const Hdf5Lock&, const OpenDataset& dataset, const PartFile& file) {
    const haddr_t offset = H5Dget_offset(*dataset.id);
    if (offset == HADDR_UNDEF) return std::nullopt;
    check_file_size_limit(offset + dataset.info.element_count() * dataset.info.element_bytes, dataset.place);
    struct stat status {};
    if (stat(file.path().c_str(), &status) != 0) return std::nullopt;
    return PlainStorage{file.path(), status.st_ino, offset, dataset.place.path, dataset.place.dataset};
}

bool write_in_place(const PlainStorage& storage, const Shape& shape, const Region& region, BytesView elements,
                    std::size_t element_bytes) {
    WritableFile file(storage);
    if (!file.is_the_right_one()) return false;
    // Beyond the limit of this process the system would send a signal that ends it.
    detail::check_file_size_limit(storage.offset + element_count(shape) * element_bytes,
                                  {storage.target, storage.dataset});
    for_each_shared_run(region, whole(shape), region, [&](std::uint64_t from, std::uint64_t to, std::uint64_t count) {
        file.write(storage.offset + to * element_bytes, elements.data() + from * element_bytes, count * element_bytes);
    });
    file.close();
    return true;
}

}  // namespace rankpool
