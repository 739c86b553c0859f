#include <array>
#include <cstdlib>

#include <rankpool/dataset/detail/filter_classes.hpp>
#include <rankpool/dataset/detail/filters.hpp>
#include <rankpool/dataset/detail/hdf5.hpp>
#include <rankpool/dataset/hdf5_info.hpp>

namespace rankpool {
namespace {

struct KnownFilter {
    int id;
    const char* name;
};

// Source: The HDF Group's list of registered filters.
constexpr std::array<KnownFilter, 16> known_filters = {{{detail::gzip_id, "gzip"},
                                                        {detail::shuffle_id, "shuffle"},
                                                        {detail::checksum_id, "fletcher32"},
                                                        {4, "szip"},
                                                        {5, "nbit"},
                                                        {6, "scaleoffset"},
                                                        {307, "bzip2"},
                                                        {32000, "lzf"},
                                                        {32001, "blosc"},
                                                        {detail::lz4_id, "lz4"},
                                                        {32008, "bitshuffle"},
                                                        {32013, "zfp"},
                                                        {detail::zstd_id, "zstd"},
                                                        {32017, "sz"},
                                                        {32024, "sz3"},
                                                        {32026, "blosc2"}}};

std::vector<std::string> plugin_paths() {
    std::vector<std::string> paths;
    unsigned count = 0;
    if (H5PLsize(&count) < 0) return paths;
    for (unsigned i = 0; i < count; ++i) {
        std::array<char, 4096> path{};
        if (H5PLget(i, path.data(), path.size() - 1) > 0) paths.emplace_back(path.data());
    }
    return paths;
}

std::string version_text(unsigned major, unsigned minor, unsigned release) {
    return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(release);
}

}  // namespace

std::string filter_name(int id) {
    for (const KnownFilter& filter : known_filters) {
        if (filter.id == id) return filter.name;
    }
    return "";
}

Hdf5Info hdf5_info() {
    const detail::Hdf5Lock lock;
    Hdf5Info info;
    unsigned major = 0;
    unsigned minor = 0;
    unsigned release = 0;
    H5get_libversion(&major, &minor, &release);
    info.version = version_text(major, minor, release);
    info.header_version = version_text(H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE);
    hbool_t thread_safe = false;
    H5is_library_threadsafe(&thread_safe);
    info.thread_safe = thread_safe;
    detail::register_filters();
    for (const KnownFilter& filter : known_filters) {
        info.filters.push_back({filter.id, filter.name, H5Zfilter_avail(filter.id) > 0});
    }
    info.plugin_paths = plugin_paths();
    if (const char* locking = std::getenv("HDF5_USE_FILE_LOCKING"); locking != nullptr) info.file_locking = locking;
    return info;
}

}  // namespace rankpool
