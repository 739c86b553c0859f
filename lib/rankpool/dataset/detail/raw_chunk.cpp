#include <bit>
#include <vector>

#include <rankpool/dataset/detail/raw_chunk.hpp>
#include <rankpool/dataset/detail/written_file.hpp>

namespace rankpool::detail {
namespace {

constexpr ByteOrder native_order = std::endian::native == std::endian::little ? ByteOrder::little : ByteOrder::big;

std::vector<hsize_t> as_hdf5(const Shape& offset) { return {offset.begin(), offset.end()}; }

}  // namespace

bool is_raw_chunk(const DatasetInfo& info, const Region& region, ElementType memory) {
    if (info.layout != Layout::chunked || region.extent != info.chunk_shape) return false;
    for (std::size_t i = 0; i < region.offset.size(); ++i) {
        if (region.offset[i] % info.chunk_shape[i] != 0) return false;
    }
    return info.type == memory && memory != ElementType::other &&
           (info.byte_order == native_order || info.element_bytes == 1);
}

std::optional<EncodedChunk> read_raw_chunk(const Hdf5Lock&, const OpenDataset& dataset, const Shape& offset) {
    const std::vector<hsize_t> start = as_hdf5(offset);
    hsize_t size = 0;
    // Fails for chunks nobody wrote.
    if (H5Dget_chunk_storage_size(*dataset.id, start.data(), &size) < 0 || size == 0) return std::nullopt;
    EncodedChunk chunk;
    checked(H5Dread_chunk(*dataset.id, H5P_DEFAULT, start.data(), &chunk.skipped_filters, chunk.bytes.extend(size)),
            "read", dataset.place);
    return chunk;
}

void write_raw_chunk(const Hdf5Lock&, const OpenDataset& dataset, const Shape& offset, const EncodedChunk& chunk) {
    check_file_size_limit(dataset, chunk.bytes.size());
    checked(H5Dwrite_chunk(*dataset.id, H5P_DEFAULT, chunk.skipped_filters, as_hdf5(offset).data(), chunk.bytes.size(),
                           chunk.bytes.data()),
            "write", dataset.place);
}

}  // namespace rankpool::detail
