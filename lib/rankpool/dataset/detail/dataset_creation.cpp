#include <algorithm>
#include <vector>

#include <rankpool/dataset/detail/dataset_creation.hpp>
#include <rankpool/dataset/detail/filter_classes.hpp>
#include <rankpool/dataset/detail/filters.hpp>
#include <rankpool/dataset/detail/plain_storage.hpp>

namespace rankpool::detail {
namespace {

constexpr unsigned creation_order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

// Little-endian whatever the machine, because files travel.
hid_t file_type(ElementType type) {
    switch (type) {
        case ElementType::int8:
            return H5T_STD_I8LE;
        case ElementType::int16:
            return H5T_STD_I16LE;
        case ElementType::int32:
            return H5T_STD_I32LE;
        case ElementType::int64:
            return H5T_STD_I64LE;
        case ElementType::uint8:
            return H5T_STD_U8LE;
        case ElementType::uint16:
            return H5T_STD_U16LE;
        case ElementType::uint32:
            return H5T_STD_U32LE;
        case ElementType::uint64:
            return H5T_STD_U64LE;
        case ElementType::float32:
            return H5T_IEEE_F32LE;
        case ElementType::float64:
            return H5T_IEEE_F64LE;
        case ElementType::other:
            break;
    }
    return H5I_INVALID_HID;
}

Handle link_properties(const Place& place) {
    Handle properties = owned(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "create", place);
    checked(H5Pset_char_encoding(*properties, H5T_CSET_UTF8), "create", place);
    return properties;
}

Handle group_properties(const Place& place) {
    Handle properties = owned(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, "create", place);
    checked(H5Pset_obj_track_times(*properties, false), "create", place);
    checked(H5Pset_link_creation_order(*properties, creation_order), "create", place);
    checked(H5Pset_attr_creation_order(*properties, creation_order), "create", place);
    return properties;
}

void set_fill_value(hid_t properties, const FillValue& value, const Place& place) {
    const hid_t type = std::holds_alternative<double>(value)         ? H5T_NATIVE_DOUBLE
                       : std::holds_alternative<std::int64_t>(value) ? H5T_NATIVE_INT64
                                                                     : H5T_NATIVE_UINT64;
    std::visit([&](const auto& number) { checked(H5Pset_fill_value(properties, type, &number), "create", place); },
               value);
}

void set_chunks_and_filters(hid_t properties, const DatasetOptions& options, const Place& place) {
    const std::vector<hsize_t> lengths(options.chunk_shape.begin(), options.chunk_shape.end());
    checked(H5Pset_chunk(properties, static_cast<int>(lengths.size()), lengths.data()), "create", place);
    set_filters(properties, options.filters, place);
}

Handle dataset_properties(const DatasetOptions& options, const Place& place) {
    Handle properties = owned(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "create", place);
    checked(H5Pset_obj_track_times(*properties, false), "create", place);
    checked(H5Pset_attr_creation_order(*properties, creation_order), "create", place);
    if (options.fill_value) set_fill_value(*properties, *options.fill_value, place);
    if (options.layout == Layout::chunked) {
        set_chunks_and_filters(*properties, options, place);
    } else {
        allocate_early(*properties, place);
    }
    return properties;
}

Shape shape_max(const DatasetOptions& options) {
    Shape lengths = options.shape;
    for (const std::size_t dimension : options.unlimited_dimensions) lengths[dimension] = H5S_UNLIMITED;
    return lengths;
}

bool is_group(hid_t file, const std::string& name) {
    const Handle object(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose);
    return object && H5Iget_type(*object) == H5I_GROUP;
}

}  // namespace

Handle create_file(const std::string& path, const Place& place) {
    register_filters();
    const Handle creation = owned(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "create", place);
    checked(H5Pset_obj_track_times(*creation, false), "create", place);
    checked(H5Pset_link_creation_order(*creation, creation_order), "create", place);
    checked(H5Pset_attr_creation_order(*creation, creation_order), "create", place);
    const Handle access = owned(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "create", place);
    // HDF5 would keep pieces of contiguous datasets in memory and write them over what others have written meanwhile.
    checked(H5Pset_sieve_buf_size(*access, 0), "create", place);
    return owned(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, *creation, *access), H5Fclose, "create", place);
}

std::string absolute_name(const std::string& name) {
    std::string absolute = name.starts_with('/') ? name : '/' + name;
    if (absolute.ends_with('/') || absolute.find("//") != std::string::npos ||
        absolute.find('\0') != std::string::npos) {
        throw ConfigError("'" + name + "' cannot name a dataset or group: use a form like '/group/data'");
    }
    return absolute;
}

void set_filters(hid_t properties, const Filters& filters, const Place& place) {
    check_compressed_once(filters);
    if (filters.shuffle) checked(H5Pset_shuffle(properties), "create", place);
    if (filters.gzip_level != 0) {
        checked(H5Pset_deflate(properties, static_cast<unsigned>(filters.gzip_level)), "create (with gzip)", place);
    }
    // Optional, as gzip is: what would not become smaller is stored as it is.
    if (filters.lz4) {
        checked(H5Pset_filter(properties, lz4_id, H5Z_FLAG_OPTIONAL, 0, nullptr), "create (with lz4)", place);
    }
    if (filters.zstd_level != 0) {
        const auto level = static_cast<unsigned>(filters.zstd_level);
        checked(H5Pset_filter(properties, zstd_id, H5Z_FLAG_OPTIONAL, 1, &level), "create (with zstd)", place);
    }
    if (filters.checksum) checked(H5Pset_fletcher32(properties), "create", place);
}

void create_groups(hid_t file, const Place& place, const std::string& group) {
    for (std::size_t slash = group.find('/', 1); !group.empty(); slash = group.find('/', slash + 1)) {
        const std::string name = group.substr(0, slash);
        if (checked(H5Lexists(file, name.c_str(), H5P_DEFAULT), "look for groups in", place) > 0) {
            if (!is_group(file, name)) {
                throw DatasetError(DatasetProblem::exists_already, place.path, place.dataset,
                                   "cannot create " + quoted(place) + ": '" + name + "' exists and is not a group");
            }
        } else {
            owned(H5Gcreate2(file, name.c_str(), *link_properties(place), *group_properties(place), H5P_DEFAULT),
                  H5Gclose, "create the groups of", place);
        }
        if (slash == std::string::npos) return;
    }
}

OpenDataset create_dataset(hid_t file, const Place& place, const DatasetOptions& options) {
    create_groups(file, place, place.dataset.substr(0, place.dataset.rfind('/')));
    if (checked(H5Lexists(file, place.dataset.c_str(), H5P_DEFAULT), "look for", place) > 0) {
        throw DatasetError(
            DatasetProblem::exists_already, place.path, place.dataset,
            "cannot create " + quoted(place) + ": there is one of that name; choose another name or file");
    }
    const Handle space = make_dataspace(options.shape, shape_max(options), place);
    const Handle properties = dataset_properties(options, place);
    owned(H5Dcreate2(file, place.dataset.c_str(), file_type(options.type), *space, *link_properties(place), *properties,
                     H5P_DEFAULT),
          H5Dclose, "create", place);
    return open_dataset(file, place);
}

}  // namespace rankpool::detail
