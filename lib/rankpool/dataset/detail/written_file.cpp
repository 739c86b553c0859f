#include <cerrno>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <rankpool/dataset/detail/open_failure.hpp>
#include <rankpool/dataset/detail/written_file.hpp>

namespace rankpool::detail {
namespace {

// For what HDF5 writes besides the data: at most what its metadata cache starts with.
constexpr rlim_t metadata_bytes_max = 1U << 20;

int descriptor_of(hid_t file) {
    void* descriptor = nullptr;
    if (H5Fget_vfd_handle(file, H5P_DEFAULT, &descriptor) < 0 || descriptor == nullptr) return -1;
    return *static_cast<int*>(descriptor);
}

}  // namespace

void check_file_size_limit(std::uint64_t bytes, const Place& place) {
    rlimit limit{};
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
    if (limit.rlim_cur >= metadata_bytes_max && bytes <= limit.rlim_cur - metadata_bytes_max) return;
    const SystemProblem system = system_problem(EFBIG);
    throw DatasetError(system.problem, place.path, place.dataset,
                       "cannot write " + quoted(place) + ": " + system.text + " (the limit is " +
                           std::to_string(limit.rlim_cur) + " bytes)");
}

void check_file_size_limit(const OpenDataset& dataset, std::uint64_t bytes) {
    const Handle file(H5Iget_file_id(*dataset.id), H5Fclose);
    hsize_t size = 0;
    checked(H5Fget_filesize(*file, &size), "look at the size of", dataset.place);
    check_file_size_limit(size + bytes, dataset.place);
}

WrittenFile::WrittenFile(Handle file, Place place)
    : file_(std::move(file)), place_(std::move(place)), descriptor_(descriptor_of(*file_)) {
    all().push_back(this);
}

std::shared_ptr<OpenDataset> WrittenFile::keep(OpenDataset dataset) {
    datasets_.push_back(std::make_shared<OpenDataset>(std::move(dataset)));
    return datasets_.back();
}

void WrittenFile::finish() {
    // What can fail, fails here, where all is still in order.
    if (H5Fflush(*file_, H5F_SCOPE_LOCAL) < 0) {
        try {
            throw_hdf5_failure("write", place_);
        } catch (...) {
            give_up();
            throw;
        }
    }
    if (!close()) throw_hdf5_failure("finish writing", place_);
}

void WrittenFile::give_up() noexcept {
    if (!file_) return;
    redirect();
    (void)close();
}

// Never destroyed, as files may outlive static objects. Changed only under the Hdf5Lock, for which a fork waits.
std::vector<WrittenFile*>& WrittenFile::all() {
    static std::vector<WrittenFile*>* const files = [] {
        pthread_atfork(nullptr, nullptr, redirect_all);
        return new std::vector<WrittenFile*>;
    }();
    return *files;
}

void WrittenFile::redirect_all() noexcept {
    for (WrittenFile* file : all()) file->redirect();
}

void WrittenFile::redirect() const noexcept {
    if (descriptor_ < 0) return;
    const int memory = memfd_create("rankpool_file_given_up", MFD_CLOEXEC);
    if (memory < 0) return;
    dup2(memory, descriptor_);
    ::close(memory);
}

bool WrittenFile::close() noexcept {
    bool closed = true;
    for (const auto& dataset : datasets_) closed = dataset->id.close() && closed;
    datasets_.clear();
    closed = file_.close() && closed;
    std::erase(all(), this);
    return closed;
}

}  // namespace rankpool::detail
