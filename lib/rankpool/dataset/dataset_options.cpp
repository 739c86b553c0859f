#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/dataset_options.hpp>
#include <rankpool/dataset/detail/filters.hpp>

namespace rankpool {
namespace {

// The file format keeps a chunk's size in 32 bits.
constexpr std::uint64_t chunk_bytes_max = std::numeric_limits<std::uint32_t>::max();
// H5S_MAX_RANK.
constexpr std::size_t dimension_count_max = 32;

template <class T>
bool fits(const FillValue& value) {
    return std::visit(
        [](auto number) {
            if constexpr (std::is_floating_point_v<decltype(number)>) {
                // 2^digits is exact as a double, T's own maximum may not be.
                return number == std::floor(number) && number >= static_cast<double>(std::numeric_limits<T>::min()) &&
                       number < std::ldexp(1.0, std::numeric_limits<T>::digits);
            } else {
                return std::in_range<T>(number);
            }
        },
        value);
}

bool fits(const FillValue& value, ElementType type) {
    switch (type) {
        case ElementType::int8:
            return fits<std::int8_t>(value);
        case ElementType::int16:
            return fits<std::int16_t>(value);
        case ElementType::int32:
            return fits<std::int32_t>(value);
        case ElementType::int64:
            return fits<std::int64_t>(value);
        case ElementType::uint8:
            return fits<std::uint8_t>(value);
        case ElementType::uint16:
            return fits<std::uint16_t>(value);
        case ElementType::uint32:
            return fits<std::uint32_t>(value);
        case ElementType::uint64:
            return fits<std::uint64_t>(value);
        case ElementType::float32:
        case ElementType::float64:
        case ElementType::other:
            return true;
    }
    return true;
}

void check_without_chunks(const DatasetOptions& options) {
    if (options.type == ElementType::other) {
        throw ConfigError(
            "datasets of type 'other' can be looked at, not created: choose int8 to uint64, float32 or float64");
    }
    if (options.layout != Layout::chunked && options.layout != Layout::contiguous) {
        throw ConfigError("only chunked and contiguous datasets can be created");
    }
    if (options.shape.size() > dimension_count_max) {
        throw ConfigError("HDF5 knows at most 32 dimensions; shape " + to_string(options.shape) + " has more");
    }
    if (element_count(options.shape) > std::numeric_limits<std::uint64_t>::max() / element_bytes(options.type)) {
        throw ConfigError("shape " + to_string(options.shape) + " has more bytes than 64 bits can count");
    }
    if (options.filters.gzip_level < 0 || options.filters.gzip_level > 9) {
        throw ConfigError("gzip level " + std::to_string(options.filters.gzip_level) +
                          " does not exist: use 1 (fast) to 9 (small), or 0 for none");
    }
    if (options.filters.zstd_level < 0 || options.filters.zstd_level > 22) {
        throw ConfigError("zstd level " + std::to_string(options.filters.zstd_level) +
                          " does not exist: use 1 (fast) to 22 (small), or 0 for none");
    }
    detail::check_compressed_once(options.filters);
    for (const std::size_t dimension : options.unlimited_dimensions) {
        if (dimension >= options.shape.size()) {
            throw ConfigError("unlimited dimension " + std::to_string(dimension) + " does not exist in shape " +
                              to_string(options.shape) + " (dimensions count from 0)");
        }
    }
    if (options.fill_value && !fits(*options.fill_value, options.type)) {
        throw ConfigError("the fill value does not fit the element type " + std::string(name(options.type)));
    }
}

}  // namespace

void detail::check_compressed_once(const Filters& filters) {
    const int count = (filters.gzip_level != 0 ? 1 : 0) + (filters.zstd_level != 0 ? 1 : 0) + (filters.lz4 ? 1 : 0);
    if (count > 1) throw ConfigError("chunks are compressed once: choose one of gzip, zstd and lz4");
}

Shape default_chunk_shape(const Shape& shape, std::size_t element_bytes, std::uint64_t chunk_bytes) {
    std::uint64_t room = std::max<std::uint64_t>(1, chunk_bytes / std::max<std::size_t>(1, element_bytes));
    Shape chunk_shape(shape.size(), 1);
    for (std::size_t i = shape.size(); i-- > 0;) {
        chunk_shape[i] = shape[i] == 0 ? room : std::min(shape[i], room);
        if (chunk_shape[i] != shape[i]) break;  // The dimensions before would make it several pieces.
        room /= chunk_shape[i];
        if (room <= 1) break;
    }
    return chunk_shape;
}

DatasetOptions completed(DatasetOptions options) {
    check_without_chunks(options);
    const bool needs_chunks = options.filters.any() || !options.unlimited_dimensions.empty();
    if (options.layout == Layout::contiguous || options.shape.empty()) {
        if (needs_chunks) {
            throw ConfigError("contiguous and scalar datasets can neither be filtered nor grow: use chunks");
        }
        options.layout = Layout::contiguous;
        options.chunk_shape.clear();
        return options;
    }
    if (options.chunk_shape.empty()) {
        options.chunk_shape = default_chunk_shape(options.shape, element_bytes(options.type));
    }
    (void)ChunkGrid(options.shape, options.chunk_shape);
    for (std::size_t i = 0; i < options.shape.size(); ++i) {
        // HDF5 refuses chunks longer than a dimension that cannot grow.
        if (std::ranges::find(options.unlimited_dimensions, i) == options.unlimited_dimensions.end()) {
            options.chunk_shape[i] = std::min(options.chunk_shape[i], std::max<std::uint64_t>(1, options.shape[i]));
        }
    }
    if (element_count(options.chunk_shape) > chunk_bytes_max / element_bytes(options.type)) {
        throw ConfigError("chunk shape " + to_string(options.chunk_shape) +
                          " makes chunks of 4 GiB or more, which HDF5 cannot store: use smaller chunks");
    }
    return options;
}

}  // namespace rankpool
