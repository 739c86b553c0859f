#include <algorithm>
#include <bit>
#include <utility>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/byte_order.hpp>
#include <rankpool/dataset/detail/raw_dataset.hpp>

namespace rankpool::detail {
namespace {

constexpr ByteOrder native_order = std::endian::native == std::endian::little ? ByteOrder::little : ByteOrder::big;

// A halo needs the chunks around; a row of chunks read line by line, all of them. At least a few whatever their size.
std::uint64_t decoded_bytes_max(std::size_t chunk_bytes) { return std::max<std::uint64_t>(64U << 20, 4 * chunk_bytes); }

ChunkGrid grid_of(const DatasetInfo& info) {
    if (info.layout == Layout::chunked) return {info.shape, info.chunk_shape};
    return {info.shape, default_chunk_shape(info.shape, info.element_bytes)};
}

}  // namespace

RawDataset::RawDataset(std::unique_ptr<FileBytes> file, Parts parts)
    : file_(std::move(file)),
      parts_(std::move(parts)),
      grid_(grid_of(parts_.info)),
      chunk_bytes_(static_cast<std::size_t>(element_count(grid_.chunk_shape()) * parts_.info.element_bytes)),
      is_swapped_(parts_.info.byte_order != ByteOrder::none && parts_.info.byte_order != native_order),
      decoded_(decoded_bytes_max(chunk_bytes_)) {}

void RawDataset::read(const Region& region, std::byte* out) const {
    if (region.element_count() == 0) return;
    if (parts_.table) {
        read_chunked(region, out);
    } else {
        read_contiguous(region, out);
    }
}

void RawDataset::read_chunked(const Region& region, std::byte* out) const {
    const std::size_t element_bytes = parts_.info.element_bytes;
    const Box target{out, region};
    for_each_chunk(grid_, region, [&](std::uint64_t chunk, const Region& shared) {
        const StoredChunk* const stored = parts_.table->find(chunk);
        if (stored == nullptr) return fill_elements(target, shared, parts_.fill.data(), element_bytes);
        if (shared == region && region.extent == grid_.chunk_shape()) {
            return decode_stored(chunk, *stored, {out, chunk_bytes_});
        }
        const Region full{grid_.region(chunk).offset, grid_.chunk_shape()};
        if (shared.extent == grid_.region(chunk).extent) {  // All of it: nobody will want another part soon.
            Bytes content;
            decode_stored(chunk, *stored, {content.extend(chunk_bytes_), chunk_bytes_});
            return copy_elements({content.data(), full}, target, shared, element_bytes);
        }
        const auto content = decoded(chunk, *stored);
        copy_elements({content->data(), full}, target, shared, element_bytes);
    });
}

void RawDataset::read_contiguous(const Region& region, std::byte* out) const {
    const std::size_t element_bytes = parts_.info.element_bytes;
    if (!parts_.address) {
        return fill_elements({out, region}, region, parts_.fill.data(), element_bytes);
    }
    // The longest runs of elements that lie together in the file.
    const Shape& shape = parts_.info.shape;
    std::size_t outer = shape.size();
    std::uint64_t run = 1;
    while (outer > 0) {
        run *= region.extent[--outer];
        if (region.extent[outer] != shape[outer]) break;
    }
    const std::uint64_t run_count = region.element_count() / run;
    Shape element = region.offset;
    for (std::uint64_t i = 0; i < run_count; ++i) {
        std::uint64_t position = 0;
        for (std::size_t d = 0; d < shape.size(); ++d) position = position * shape[d] + element[d];
        const std::span<std::byte> bytes(out + i * run * element_bytes, run * element_bytes);
        const std::uint64_t offset = *parts_.address + position * element_bytes;
        if (file_->read_some(offset, bytes) != bytes.size()) {
            throw DatasetError(DatasetProblem::truncated, parts_.place.path, parts_.place.dataset,
                               "cannot read " + quoted(parts_.place) + ": its elements should reach to byte " +
                                   std::to_string(offset + bytes.size()) + ", and the file has only " +
                                   std::to_string(file_->size()) + " bytes: it is truncated; copy or make it again");
        }
        for (std::size_t d = outer; d-- > 0;) {
            if (++element[d] < region.offset[d] + region.extent[d]) break;
            element[d] = region.offset[d];
        }
    }
    to_native({out, region.element_count() * element_bytes});
}

std::optional<EncodedChunk> RawDataset::read_stored(std::uint64_t chunk) const {
    const StoredChunk* const stored = parts_.table->find(chunk);
    if (stored == nullptr) return std::nullopt;
    return EncodedChunk{stored_bytes(chunk, *stored), stored->skipped_filters};
}

void RawDataset::verify(std::uint64_t chunk) const {
    const StoredChunk* const stored = parts_.table->find(chunk);
    if (stored == nullptr) return;
    Bytes content;
    decode_stored(chunk, *stored, {content.extend(chunk_bytes_), chunk_bytes_});
}

std::shared_ptr<const Bytes> RawDataset::decoded(std::uint64_t chunk, const StoredChunk& stored) const {
    if (auto found = decoded_.find(chunk)) return found;
    const auto content = std::make_shared<Bytes>();
    decode_stored(chunk, stored, {content->extend(chunk_bytes_), chunk_bytes_});
    decoded_.keep(chunk, content);
    return content;
}

void RawDataset::decode_stored(std::uint64_t chunk, const StoredChunk& stored, std::span<std::byte> out) const {
    if (parts_.pipeline.empty() && stored.bytes == out.size()) {  // Straight into place.
        if (file_->read_some(stored.address, out) != out.size()) (void)stored_bytes(chunk, stored);
    } else {
        const Bytes bytes = stored_bytes(chunk, stored);
        try {
            decode(bytes.view(), stored.skipped_filters, parts_.pipeline, out);
        } catch (const DecodeError& error) {
            throw_damaged(chunk, stored, error.what());
        }
    }
    to_native(out);
}

Bytes RawDataset::stored_bytes(std::uint64_t chunk, const StoredChunk& stored) const {
    // No filter here makes a chunk larger, but for the checksum.
    if (stored.bytes > chunk_bytes_ + 64) {
        throw_damaged(chunk, stored,
                      "it claims to be larger than the " + std::to_string(chunk_bytes_) +
                          " bytes of a chunk that is not compressed");
    }
    Bytes bytes;
    const std::span<std::byte> out(bytes.extend(stored.bytes), stored.bytes);
    if (file_->read_some(stored.address, out) != out.size()) {
        throw DatasetError(DatasetProblem::truncated, parts_.place.path, parts_.place.dataset,
                           "cannot read " + quoted(parts_.place) + ": chunk " + to_string(grid_.index(chunk)) +
                               " should lie at the bytes from " + std::to_string(stored.address) + " to " +
                               std::to_string(stored.address + stored.bytes) + ", and the file has only " +
                               std::to_string(file_->size()) + ": it is truncated; copy or make it again");
    }
    return bytes;
}

void RawDataset::to_native(std::span<std::byte> elements) const {
    if (is_swapped_) swap_byte_order(elements, parts_.info.element_bytes);
}

void RawDataset::throw_damaged(std::uint64_t chunk, const StoredChunk& stored, const std::string& why) const {
    throw DatasetError(DatasetProblem::damaged, parts_.place.path, parts_.place.dataset,
                       "cannot read " + quoted(parts_.place) + ": chunk " + to_string(grid_.index(chunk)) + " (" +
                           std::to_string(stored.bytes) + " bytes from byte " + std::to_string(stored.address) +
                           " of the file) is damaged: " + why + "; copy or make the file again");
}

}  // namespace rankpool::detail
