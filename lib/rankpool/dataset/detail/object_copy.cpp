#include <algorithm>
#include <vector>

#include <rankpool/dataset/detail/object_copy.hpp>

namespace rankpool::detail {
namespace {

constexpr std::uint64_t piece_bytes_max = 8U << 20;

// Elements in memory; texts and lists that they own are freed with them.
class Elements {
  public:
    Elements(hid_t type, hid_t space, std::size_t count)
        : type_(type), space_(space), bytes_(count * H5Tget_size(type)) {}
    Elements(const Elements&) = delete;
    Elements& operator=(const Elements&) = delete;
    ~Elements() { H5Dvlen_reclaim(type_, space_, H5P_DEFAULT, bytes_.data()); }
    std::byte* data() { return bytes_.data(); }

  private:
    hid_t type_;
    hid_t space_;
    std::vector<std::byte> bytes_;
};

void copy_attribute(hid_t attribute, hid_t target, const CopyContext& context, const Place& place) {
    const auto action = "copy an attribute of";
    std::vector<char> name(static_cast<std::size_t>(checked(H5Aget_name(attribute, 0, nullptr), action, place)) + 1);
    checked(H5Aget_name(attribute, name.size(), name.data()), action, place);
    const Handle type = owned(H5Aget_type(attribute), H5Tclose, action, place);
    if (context.names.empty() && has_references(*type)) return;
    const Handle memory = owned(H5Tcopy(*type), H5Tclose, action, place);
    const Handle space = owned(H5Aget_space(attribute), H5Sclose, action, place);
    const Handle properties = owned(H5Aget_create_plist(attribute), H5Pclose, action, place);
    const Handle copy =
        owned(H5Acreate2(target, name.data(), *memory, *space, *properties, H5P_DEFAULT), H5Aclose, action, place);
    const auto count = static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(*space)));
    if (count == 0 || H5Sget_simple_extent_type(*space) == H5S_NULL) return;
    Elements elements(*memory, *space, count);
    checked(H5Aread(attribute, *memory, elements.data()), action, place);
    context.names.translate(*memory, elements.data(), count, context.source_file, context.target_file);
    checked(H5Awrite(*copy, *memory, elements.data()), action, place);
}

bool tracks_order(hid_t object) {
    const H5I_type_t kind = H5Iget_type(object);
    const Handle properties(kind == H5I_DATASET ? H5Dget_create_plist(object)
                            : kind == H5I_GROUP ? H5Gget_create_plist(object)
                                                : -1,
                            H5Pclose);
    unsigned flags = 0;
    return properties && H5Pget_attr_creation_order(*properties, &flags) >= 0 && (flags & H5P_CRT_ORDER_TRACKED) != 0;
}

}  // namespace

void copy_attributes(hid_t source, hid_t target, const CopyContext& context, const Place& place) {
    const H5_index_t index = tracks_order(source) ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
    for (hsize_t i = 0;; ++i) {
        const Handle attribute(H5Aopen_by_idx(source, ".", index, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
        if (!attribute) return;  // There are no more.
        copy_attribute(*attribute, target, context, place);
    }
}

void copy_elements_by_hdf5(hid_t source, hid_t target, const CopyContext& context, const Place& place) {
    const Handle type = owned(H5Dget_type(source), H5Tclose, "copy", place);
    const Handle memory = owned(H5Tcopy(*type), H5Tclose, "copy", place);
    const Handle space = owned(H5Dget_space(source), H5Sclose, "copy", place);
    if (H5Sget_simple_extent_type(*space) == H5S_NULL || H5Sget_simple_extent_npoints(*space) <= 0) return;
    const int rank = checked(H5Sget_simple_extent_ndims(*space), "copy", place);
    std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
    checked(H5Sget_simple_extent_dims(*space, shape.data(), nullptr), "copy", place);
    hsize_t row_bytes = H5Tget_size(*memory);
    for (std::size_t d = 1; d < shape.size(); ++d) row_bytes *= shape[d];
    const hsize_t rows = shape.empty() ? 1 : shape[0];
    const hsize_t step = std::clamp<hsize_t>(piece_bytes_max / std::max<hsize_t>(1, row_bytes), 1, rows);
    for (hsize_t first = 0; first < rows; first += step) {
        std::vector<hsize_t> start(shape.size(), 0);
        std::vector<hsize_t> extent(shape);
        if (!shape.empty()) {
            start[0] = first;
            extent[0] = std::min(step, rows - first);
            checked(H5Sselect_hyperslab(*space, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr), "copy",
                    place);
        }
        const Handle piece = make_dataspace({extent.begin(), extent.end()}, {}, place);
        const auto count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(*piece));
        Elements elements(*memory, *piece, count);
        checked(H5Dread(source, *memory, *piece, *space, H5P_DEFAULT, elements.data()), "read", place);
        context.names.translate(*memory, elements.data(), count, context.source_file, context.target_file);
        checked(H5Dwrite(target, *memory, *piece, *space, H5P_DEFAULT, elements.data()), "write a copy of", place);
    }
}

}  // namespace rankpool::detail
