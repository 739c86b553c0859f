#include <array>
#include <cstring>
#include <exception>
#include <zstd.h>

#include <rankpool/dataset/detail/filter_classes.hpp>
#include <rankpool/dataset/detail/filters.hpp>
#include <rankpool/dataset/detail/hdf5.hpp>
#include <rankpool/dataset/detail/lz4.hpp>
#include <rankpool/dataset/detail/zstd.hpp>

namespace rankpool::detail {
namespace {

constexpr int zstd_level_usual = 3;

// What HDF5 gives a filter: memory that it allocated, and that is replaced by such memory.
struct Buffer {
    std::size_t* capacity;
    void** memory;

    BytesView first(std::size_t count) const { return {static_cast<const std::byte*>(*memory), count}; }
    std::size_t replace(void* by, std::size_t size) const {
        H5free_memory(*memory);
        *memory = by;
        *capacity = size;
        return size;
    }
    std::size_t replace_by(const Bytes& bytes) const {
        void* const copy = H5allocate_memory(bytes.size(), false);
        if (copy == nullptr) return 0;
        std::memcpy(copy, bytes.data(), bytes.size());
        return replace(copy, bytes.size());
    }
};

template <class Unpack>
std::size_t unpack(const Buffer& buffer, std::size_t stored, std::size_t size, Unpack&& into) {
    void* const memory = size == 0 ? nullptr : H5allocate_memory(size, false);
    if (memory == nullptr) return 0;
    try {
        into(buffer.first(stored), std::span<std::byte>(static_cast<std::byte*>(memory), size));
    } catch (const std::exception&) {  // HDF5 says that the filter failed; it has no words for why.
        H5free_memory(memory);
        return 0;
    }
    return buffer.replace(memory, size);
}

// HDF5 says how they are declared.
// NOLINTBEGIN(readability-non-const-parameter)
std::size_t lz4_filter(unsigned flags, std::size_t count, const unsigned* values, std::size_t size,
                       std::size_t* capacity, void** memory) {
    const Buffer buffer{capacity, memory};
    if ((flags & H5Z_FLAG_REVERSE) != 0) return unpack(buffer, size, unlz4_size(buffer.first(size)), unlz4);
    Bytes packed;
    return lz4(buffer.first(size), count > 0 ? values[0] : 0, packed) ? buffer.replace_by(packed) : 0;
}

std::size_t zstd_filter(unsigned flags, std::size_t count, const unsigned* values, std::size_t size,
                        std::size_t* capacity, void** memory) {
    const Buffer buffer{capacity, memory};
    if ((flags & H5Z_FLAG_REVERSE) != 0) {
        const auto length = ZSTD_getFrameContentSize(*memory, size);
        if (length == ZSTD_CONTENTSIZE_ERROR || length == ZSTD_CONTENTSIZE_UNKNOWN) return 0;
        return unpack(buffer, size, length, unzstd);
    }
    Bytes packed;
    const int level = count > 0 && values[0] != 0 ? static_cast<int>(values[0]) : zstd_level_usual;
    return zstd(buffer.first(size), level, packed) ? buffer.replace_by(packed) : 0;
}

// NOLINTEND(readability-non-const-parameter)

const std::array<H5Z_class2_t, 2> classes{{{H5Z_CLASS_T_VERS, lz4_id, 1, 1, "lz4", nullptr, nullptr, lz4_filter},
                                           {H5Z_CLASS_T_VERS, zstd_id, 1, 1, "zstd", nullptr, nullptr, zstd_filter}}};

}  // namespace

void register_filters() {
    for (const H5Z_class2_t& filter : classes) {
        if (H5Zfilter_avail(filter.id) <= 0) H5Zregister(&filter);
    }
}

}  // namespace rankpool::detail
