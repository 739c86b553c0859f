#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <rankpool/dataset/detail/dataset_names.hpp>
#include <rankpool/dataset/detail/filter_classes.hpp>
#include <rankpool/dataset/detail/open_dataset.hpp>
#include <rankpool/dataset/detail/open_failure.hpp>
#include <rankpool/dataset/detail/type_description.hpp>
#include <rankpool/dataset/hdf5_info.hpp>

namespace rankpool::detail {
namespace {

// A row of chunks beyond this is not kept; memory fills only as far as chunks are read.
constexpr std::uint64_t cache_bytes_max = 256U << 20;

[[noreturn]] void throw_no_dataset(hid_t file, const Place& place) {
    const std::string start = "cannot open " + quoted(place) + ": ";
    const std::string reason = innermost_reason();
    const Handle object(H5Oopen(file, place.dataset.c_str(), H5P_DEFAULT), H5Oclose);
    if (object && H5Iget_type(*object) == H5I_GROUP) {
        std::vector<std::string> names = dataset_names(*object, 1000);
        if (place.dataset != "/") {
            for (std::string& name : names) name.insert(0, place.dataset);
        }
        throw DatasetError(DatasetProblem::is_a_group, place.path, place.dataset,
                           start + "it is a group, not a dataset" + names_near(place.dataset, std::move(names)));
    }
    if (object && H5Iget_type(*object) != H5I_DATASET) {
        throw DatasetError(DatasetProblem::dataset_missing, place.path, place.dataset,
                           start + "it is a named datatype, not a dataset");
    }
    if (object) {  // It is there, and HDF5 cannot make sense of it.
        throw DatasetError(DatasetProblem::damaged, place.path, place.dataset, start + "HDF5 says: " + reason);
    }
    throw DatasetError(DatasetProblem::dataset_missing, place.path, place.dataset,
                       start + "the file has no such dataset" + names_near(place.dataset, dataset_names(file, 1000)));
}

Shape as_shape(const std::vector<hsize_t>& lengths) { return {lengths.begin(), lengths.end()}; }

void describe_shape(hid_t dataset, const Place& place, DatasetInfo& info) {
    const Handle space = owned(H5Dget_space(dataset), H5Sclose, "read the shape of", place);
    if (H5Sget_simple_extent_type(*space) == H5S_NULL) {
        info.shape = info.shape_max = {0};
        return;
    }
    const int rank = checked(H5Sget_simple_extent_ndims(*space), "read the shape of", place);
    std::vector<hsize_t> lengths(static_cast<std::size_t>(rank));
    std::vector<hsize_t> lengths_max(lengths.size());
    checked(H5Sget_simple_extent_dims(*space, lengths.data(), lengths_max.data()), "read the shape of", place);
    info.shape = as_shape(lengths);
    info.shape_max = as_shape(lengths_max);  // H5S_UNLIMITED is DatasetInfo::unlimited.
}

void describe_layout(hid_t properties, DatasetInfo& info) {
    switch (H5Pget_layout(properties)) {
        case H5D_CHUNKED: {
            std::vector<hsize_t> lengths(info.shape.size());
            H5Pget_chunk(properties, static_cast<int>(lengths.size()), lengths.data());
            info.layout = Layout::chunked;
            info.chunk_shape = as_shape(lengths);
            return;
        }
        case H5D_COMPACT:
            info.layout = Layout::compact;
            return;
        case H5D_VIRTUAL:
            info.layout = Layout::virtual_dataset;
            return;
        default:
            info.layout = Layout::contiguous;
            return;
    }
}

void describe_filters(hid_t properties, DatasetInfo& info) {
    const int count = H5Pget_nfilters(properties);
    for (int i = 0; i < count; ++i) {
        std::array<unsigned, 32> parameters{};
        std::array<char, 64> comment{};
        std::size_t parameter_count = parameters.size();
        unsigned flags = 0;
        unsigned config = 0;
        const H5Z_filter_t id = H5Pget_filter2(properties, static_cast<unsigned>(i), &flags, &parameter_count,
                                               parameters.data(), comment.size() - 1, comment.data(), &config);
        FilterInfo filter{id, filter_name(id), {}};
        if (filter.name.empty()) filter.name = comment[0] != 0 ? comment.data() : "filter " + std::to_string(id);
        filter.parameters.assign(parameters.begin(), parameters.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                              parameter_count, parameters.size())));
        info.filters.push_back(std::move(filter));
    }
}

DatasetInfo describe(hid_t dataset, const Place& place) {
    DatasetInfo info;
    const Handle type = owned(H5Dget_type(dataset), H5Tclose, "read the type of", place);
    const Handle properties = owned(H5Dget_create_plist(dataset), H5Pclose, "read the properties of", place);
    info.type = element_type_of_file(*type);
    info.type_text = describe_type(*type);
    info.element_bytes = H5Tget_size(*type);
    if (const H5T_order_t order = H5Tget_order(*type); info.type != ElementType::other) {
        info.byte_order = order == H5T_ORDER_BE ? ByteOrder::big : ByteOrder::little;
    }
    describe_shape(dataset, place, info);
    describe_layout(*properties, info);
    describe_filters(*properties, info);
    info.storage_bytes = H5Dget_storage_size(dataset);
    return info;
}

std::uint64_t bytes_of_a_chunk_row(const DatasetInfo& info, std::uint64_t chunk_bytes) {
    const Shape grid_shape = ChunkGrid(info.shape, info.chunk_shape).grid_shape();
    std::uint64_t bytes = chunk_bytes;
    for (std::size_t i = 1; i < grid_shape.size() && bytes < cache_bytes_max; ++i) {
        bytes *= std::clamp<std::uint64_t>(grid_shape[i], 1, cache_bytes_max);
    }
    return std::max(chunk_bytes, std::min(bytes, cache_bytes_max));
}

Handle chunk_cache(const DatasetInfo& info, const Place& place) {
    Handle properties = owned(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose, "prepare to open", place);
    std::uint64_t bytes = 0;
    std::uint64_t slots = 1;
    if (info.layout == Layout::chunked && !info.filters.empty()) {
        const std::uint64_t chunk_bytes =
            std::max<std::uint64_t>(1, element_count(info.chunk_shape) * info.element_bytes);
        bytes = bytes_of_a_chunk_row(info, chunk_bytes);
        // Two chunks in one slot drive each other out; the manual advises 10 to 100 slots per chunk.
        slots = std::min<std::uint64_t>(100 * (bytes / chunk_bytes) + 1, 1'000'003);
    }
    // 1: chunks that were read completely go first.
    checked(H5Pset_chunk_cache(*properties, slots, bytes, 1.0), "prepare to open", place);
    return properties;
}

}  // namespace

Handle open_file(const std::string& path, unsigned access) {
    register_filters();
    check_can_be_opened(path);
    const Place place{path, ""};
    const Handle properties = owned(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "prepare to open", place);
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
    // Lock, but live with file systems that cannot (some Lustre and NFS mounts). HDF5_USE_FILE_LOCKING goes first.
    checked(H5Pset_file_locking(*properties, true, true), "prepare to open", place);
#endif
    Handle file(H5Fopen(path.c_str(), access, *properties), H5Fclose);
    if (!file) throw_open_failure(path, access != H5F_ACC_RDONLY);
    return file;
}

OpenDataset open_dataset(hid_t file, const Place& place) {
    const Handle no_cache = chunk_cache({}, place);
    Handle id(H5Dopen2(file, place.dataset.c_str(), *no_cache), H5Dclose);
    if (!id) throw_no_dataset(file, place);
    DatasetInfo info = describe(*id, place);
    if (info.layout == Layout::chunked && !info.filters.empty()) {
        (void)id.close();  // The first one to open a dataset decides on its cache.
        const Handle cache = chunk_cache(info, place);
        id = owned(H5Dopen2(file, place.dataset.c_str(), *cache), H5Dclose, "open", place);
    }
    return {place, std::move(id), std::move(info)};
}

std::vector<std::byte> fill_of(const OpenDataset& dataset) {
    const DatasetInfo& info = dataset.info;
    std::vector<std::byte> fill(info.element_bytes);
    const Handle properties =
        owned(H5Dget_create_plist(*dataset.id), H5Pclose, "read the fill value of", dataset.place);
    H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
    checked(H5Pfill_value_defined(*properties, &defined), "read the fill value of", dataset.place);
    if (defined == H5D_FILL_VALUE_UNDEFINED) return fill;
    const Handle type = owned(H5Dget_type(*dataset.id), H5Tclose, "read the type of", dataset.place);
    const hid_t memory = info.type == ElementType::other ? *type : memory_type(info.type);
    checked(H5Pget_fill_value(*properties, memory, fill.data()), "read the fill value of", dataset.place);
    return fill;
}

const RawOpening& raw_opening(const Hdf5Lock& lock, OpenDataset& dataset) {
    if (!dataset.raw) dataset.raw = open_raw(lock, dataset);
    return *dataset.raw;
}

}  // namespace rankpool::detail
