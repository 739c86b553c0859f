#include <algorithm>
#include <new>
#include <string>
#include <zlib.h>

#include <rankpool/core/contract.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/dataset/chunk_codec.hpp>

namespace rankpool {
namespace {

// The filters stand in the order shuffle, gzip; the mask counts only those that are there.
std::uint32_t gzip_bit(const Filters& filters) { return filters.shuffle ? 2 : 1; }

const unsigned char* as_zlib(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }
unsigned char* as_zlib(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

// First the first bytes of all elements, then the second ones…; what is no whole element stays at the end.
Bytes shuffled(BytesView raw, std::size_t element_bytes) {
    Bytes bytes;
    std::byte* out = bytes.extend(raw.size());
    const std::size_t count = raw.size() / element_bytes;
    for (std::size_t byte = 0; byte < element_bytes; ++byte) {
        const std::byte* from = raw.data() + byte;
        for (std::size_t i = 0; i < count; ++i) *out++ = from[i * element_bytes];
    }
    std::copy(raw.begin() + static_cast<std::ptrdiff_t>(count * element_bytes), raw.end(), out);
    return bytes;
}

void unshuffle(BytesView shuffled, std::size_t element_bytes, std::byte* out) {
    const std::size_t count = shuffled.size() / element_bytes;
    const std::byte* from = shuffled.data();
    for (std::size_t byte = 0; byte < element_bytes; ++byte) {
        for (std::size_t i = 0; i < count; ++i) out[i * element_bytes + byte] = *from++;
    }
    std::copy(from, shuffled.data() + shuffled.size(), out + count * element_bytes);
}

// False if the result would not be smaller: zlib stops where it runs out of room.
bool gzip(BytesView content, int level, Bytes& out) {
    if (content.empty()) return false;
    uLongf size = content.size() - 1;
    out.clear();
    const int status = compress2(as_zlib(out.extend(size)), &size, as_zlib(content.data()), content.size(), level);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    out.truncate(size);
    return status == Z_OK;
}

void inflate_into(BytesView stored, std::span<std::byte> out) {
    uLongf size = out.size();
    const int status = uncompress(as_zlib(out.data()), &size, as_zlib(stored.data()), stored.size());
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK || size != out.size()) {
        throw DecodeError("the gzip data of a chunk are damaged: " + std::to_string(stored.size()) +
                          " bytes do not unpack to the " + std::to_string(out.size()) + " of a chunk");
    }
}

Bytes inflated(BytesView stored, std::size_t size) {
    Bytes bytes;
    inflate_into(stored, {bytes.extend(size), size});
    return bytes;
}

}  // namespace

bool can_encode(const Filters& filters) { return !filters.checksum; }

EncodedChunk encode_chunk(BytesView raw, std::size_t element_bytes, const Filters& filters) {
    RANKPOOL_EXPECT(can_encode(filters) && element_bytes > 0);
    Bytes content = filters.shuffle ? shuffled(raw, element_bytes) : Bytes();
    const BytesView view = filters.shuffle ? content.view() : raw;
    if (filters.gzip_level != 0) {
        EncodedChunk chunk;
        if (gzip(view, filters.gzip_level, chunk.bytes)) return chunk;
    }
    return {filters.shuffle ? std::move(content) : Bytes(raw), filters.gzip_level != 0 ? gzip_bit(filters) : 0};
}

void decode_chunk(BytesView stored, std::uint32_t skipped_filters, std::size_t element_bytes, const Filters& filters,
                  std::span<std::byte> raw) {
    RANKPOOL_EXPECT(can_encode(filters) && element_bytes > 0);
    const bool gzipped = filters.gzip_level != 0 && (skipped_filters & gzip_bit(filters)) == 0;
    const bool is_shuffled = filters.shuffle && (skipped_filters & 1) == 0;
    if (gzipped && !is_shuffled) return inflate_into(stored, raw);
    const Bytes unpacked = gzipped ? inflated(stored, raw.size()) : Bytes();
    if (gzipped) stored = unpacked.view();
    if (stored.size() != raw.size()) {
        throw DecodeError("a chunk of " + std::to_string(raw.size()) + " bytes lies in the file as " +
                          std::to_string(stored.size()) + " bytes: it is damaged");
    }
    if (is_shuffled) {
        unshuffle(stored, element_bytes, raw.data());
    } else {
        std::ranges::copy(stored, raw.begin());
    }
}

}  // namespace rankpool
