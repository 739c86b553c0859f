#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/detail/gzip.hpp>

namespace rankpool::detail {
namespace {

// Beyond this ISA-L has nothing that is smaller.
constexpr int fast_level_max = 5;

struct FreeCompressor {
    void operator()(libdeflate_compressor* it) const { libdeflate_free_compressor(it); }
};
struct FreeDecompressor {
    void operator()(libdeflate_decompressor* it) const { libdeflate_free_decompressor(it); }
};

// Made once per thread: they are large, and setting them up would cost as much as a small chunk.
libdeflate_decompressor* decompressor() {
    thread_local const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> made(libdeflate_alloc_decompressor());
    if (!made) throw std::bad_alloc();
    return made.get();
}

libdeflate_compressor* compressor(int level) {
    thread_local std::unique_ptr<libdeflate_compressor, FreeCompressor> made;
    thread_local int made_level = 0;
    if (!made || made_level != level) {
        made.reset(libdeflate_alloc_compressor(level));
        made_level = level;
    }
    if (!made) throw std::bad_alloc();
    return made.get();
}

std::size_t gzip_small(BytesView content, int level, std::span<std::byte> out) {
    return libdeflate_zlib_compress(compressor(level), content.data(), content.size(), out.data(), out.size());
}

std::size_t gzip_fast(BytesView content, std::span<std::byte> out) {
    thread_local const auto stream = std::make_unique<isal_zstream>();
    thread_local std::vector<std::uint8_t> level_buffer(ISAL_DEF_LVL1_DEFAULT);
    isal_deflate_stateless_init(stream.get());
    stream->level = 1;
    stream->level_buf = level_buffer.data();
    stream->level_buf_size = static_cast<std::uint32_t>(level_buffer.size());
    stream->gzip_flag = IGZIP_ZLIB;
    stream->end_of_stream = 1;
    stream->flush = NO_FLUSH;
    stream->next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(content.data()));  // ISA-L only reads it.
    stream->avail_in = static_cast<std::uint32_t>(content.size());
    stream->next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream->avail_out = static_cast<std::uint32_t>(out.size());
    if (isal_deflate_stateless(stream.get()) != COMP_OK) return 0;
    return stream->total_out;
}

}  // namespace

bool gzip(BytesView content, int level, Bytes& out) {
    out.clear();
    if (content.size() < 2) return false;
    const std::span<std::byte> room(out.extend(content.size() - 1), content.size() - 1);
    const std::size_t size = level <= fast_level_max ? gzip_fast(content, room) : gzip_small(content, level, room);
    out.truncate(size);
    return size != 0;
}

void gunzip(BytesView stored, std::span<std::byte> out) {
    // Without a place for the size, other sizes are an error.
    const libdeflate_result result =
        libdeflate_zlib_decompress(decompressor(), stored.data(), stored.size(), out.data(), out.size(), nullptr);
    if (result != LIBDEFLATE_SUCCESS) {
        throw DecodeError("its gzip data are damaged: " + std::to_string(stored.size()) +
                          " bytes do not unpack to the " + std::to_string(out.size()) + " of a chunk");
    }
}

}  // namespace rankpool::detail
