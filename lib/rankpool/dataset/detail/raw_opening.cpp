#include <vector>

#include <rankpool/dataset/detail/open_dataset.hpp>
#include <rankpool/dataset/detail/raw_opening.hpp>
#include <rankpool/dataset/detail/reference_map.hpp>
#include <rankpool/dataset/detail/type_description.hpp>

namespace rankpool::detail {
namespace {

// The file that holds the dataset: another one where an external link leads to it.
std::string file_of(hid_t dataset, const Place& place) {
    const ssize_t length = checked(H5Fget_name(dataset, nullptr, 0), "look for the file of", place);
    std::string name(static_cast<std::size_t>(length) + 1, '\0');
    checked(H5Fget_name(dataset, name.data(), name.size()), "look for the file of", place);
    name.resize(static_cast<std::size_t>(length));
    return name;
}

FileFormat format_of(hid_t dataset, const Place& place) {
    const Handle file = owned(H5Iget_file_id(dataset), H5Fclose, "look at the file of", place);
    const Handle creation = owned(H5Fget_create_plist(*file), H5Pclose, "look at the file of", place);
    hsize_t user_block = 0;
    FileFormat format;
    checked(H5Pget_userblock(*creation, &user_block), "look at the file of", place);
    checked(H5Pget_sizes(*creation, &format.address_bytes, &format.length_bytes), "look at the file of", place);
    format.base = user_block;
    return format;
}

#if H5_VERSION_GE(1, 14, 0) || (H5_VERSION_GE(1, 12, 3) && !H5_VERSION_GE(1, 13, 0))
#define RANKPOOL_HAS_CHUNK_ITER

struct Gathered {
    const ChunkGrid* grid;
    std::uint64_t base;
    std::vector<std::pair<std::uint64_t, StoredChunk>> chunks;
};

#if H5_VERSION_GE(1, 14, 0)
int gather(const hsize_t* offset, unsigned mask, haddr_t address, hsize_t bytes, void* data) {
#else
int gather(const hsize_t* offset, uint32_t mask, haddr_t address, uint32_t bytes, void* data) {
#endif
    auto& gathered = *static_cast<Gathered*>(data);
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < gathered.grid->shape().size(); ++i) {
        number = number * gathered.grid->grid_shape()[i] + offset[i] / gathered.grid->chunk_shape()[i];
    }
    gathered.chunks.emplace_back(number, StoredChunk{gathered.base + address, static_cast<std::uint32_t>(bytes),
                                                     static_cast<std::uint32_t>(mask)});
    return 0;
}
#endif

std::optional<ChunkTable> chunk_table(const FileBytes& file, const OpenDataset& dataset) {
    const ChunkGrid grid(dataset.info.shape, dataset.info.chunk_shape);
    const FileFormat format = format_of(*dataset.id, dataset.place);
#ifdef RANKPOOL_HAS_CHUNK_ITER
    Gathered gathered{&grid, format.base, {}};
    if (H5Dchunk_iter(*dataset.id, H5P_DEFAULT, gather, &gathered) < 0) return std::nullopt;
    ChunkTable table(grid.chunk_count(), std::move(gathered.chunks));
    if (!table.is_valid()) return std::nullopt;
    return table;
#else
    const FormatReader reader(file, format);
    const auto root = find_chunk_btree(reader, header_address(*dataset.id));
    if (!root) return std::nullopt;
    return read_chunk_btree(reader, *root, grid);
#endif
}

// The proof that places and offsets were understood: HDF5 reads the same bytes.
bool agrees_with_hdf5(const RawDataset& raw, const OpenDataset& dataset) {
    if (raw.table()->stored_count() == 0) return true;
    const auto& [chunk, stored] = raw.table()->all().front();
    const Shape offset = raw.grid().region(chunk).offset;
    const std::vector<hsize_t> start(offset.begin(), offset.end());
    hsize_t bytes = 0;
    if (H5Dget_chunk_storage_size(*dataset.id, start.data(), &bytes) < 0 || bytes != stored.bytes) return false;
    EncodedChunk expected;
    if (bytes > raw.full_chunk_bytes() + 64) return false;
    if (H5Dread_chunk(*dataset.id, H5P_DEFAULT, start.data(), &expected.skipped_filters, expected.bytes.extend(bytes)) <
        0) {
        return false;
    }
    const auto read = raw.read_stored(chunk);
    return read && read->bytes == expected.bytes && read->skipped_filters == expected.skipped_filters;
}

std::string filter_names(const DatasetInfo& info) {
    std::string names;
    for (const FilterInfo& filter : info.filters) names += (names.empty() ? "" : ", ") + filter.name;
    return names;
}

bool has_self_contained_elements(const OpenDataset& dataset) {
    return is_self_contained(*owned(H5Dget_type(*dataset.id), H5Tclose, "read the type of", dataset.place));
}

}  // namespace

RawOpening open_raw(const Hdf5Lock&, const OpenDataset& dataset) {
    const DatasetInfo& info = dataset.info;
    if (info.layout == Layout::compact) return {nullptr, "its elements lie in its header"};
    if (info.layout == Layout::virtual_dataset) return {nullptr, "its elements lie in other datasets"};
    if (info.shape.empty() && info.layout == Layout::chunked) return {nullptr, "it is a scalar"};
    if (!has_self_contained_elements(dataset)) return {nullptr, "its elements are " + info.type_text};
    if (info.element_bytes == 0) return {nullptr, "its elements have no bytes"};
    const auto pipeline = pipeline_of(info);
    if (!pipeline) return {nullptr, "only HDF5 knows one of its filters (" + filter_names(info) + ")"};
    auto file = std::make_unique<FileBytes>(file_of(*dataset.id, dataset.place));
    RawDataset::Parts parts{dataset.place, info, *pipeline, fill_of(dataset), {}, {}};
    if (info.layout == Layout::contiguous) {
        const haddr_t address = H5Dget_offset(*dataset.id);
        if (address != HADDR_UNDEF) parts.address = address;
        if (!parts.address && info.storage_bytes != 0) return {nullptr, "its elements lie in files of their own"};
        return {std::make_shared<const RawDataset>(std::move(file), std::move(parts)), ""};
    }
    parts.table = chunk_table(*file, dataset);
    if (!parts.table) return {nullptr, "the places of its chunks can only be asked for one by one"};
    auto raw = std::make_shared<const RawDataset>(std::move(file), std::move(parts));
    if (!agrees_with_hdf5(*raw, dataset)) return {nullptr, "HDF5 finds its chunks elsewhere"};
    return {std::move(raw), ""};
}

}  // namespace rankpool::detail
