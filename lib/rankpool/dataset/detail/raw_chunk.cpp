#include <bit>
#include <vector>

#include <rankpool/dataset/detail/raw_chunk.hpp>

namespace rankpool::detail {

bool is_stored_as(const OpenDataset& dataset, ElementType memory) {
    constexpr ByteOrder native = std::endian::native == std::endian::little ? ByteOrder::little : ByteOrder::big;
    return dataset.info.type == memory && memory != ElementType::other &&
           (dataset.info.byte_order == native || dataset.info.element_bytes == 1);
}

void write_raw_chunk(const Hdf5Lock&, const OpenDataset& dataset, const Shape& offset, const EncodedChunk& chunk) {
    const std::vector<hsize_t> start(offset.begin(), offset.end());
    checked(H5Dwrite_chunk(*dataset.id, H5P_DEFAULT, chunk.skipped_filters, start.data(), chunk.bytes.size(),
                           chunk.bytes.data()),
            "write", dataset.place);
}

}  // namespace rankpool::detail
