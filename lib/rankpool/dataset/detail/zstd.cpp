#include <memory>
#include <new>
#include <string>
#include <zstd.h>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/detail/zstd.hpp>

namespace rankpool::detail {
namespace {

struct FreeContext {
    void operator()(ZSTD_CCtx* it) const { ZSTD_freeCCtx(it); }
    void operator()(ZSTD_DCtx* it) const { ZSTD_freeDCtx(it); }
};

// Made once per thread: they are large.
ZSTD_CCtx* compressor() {
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> made(ZSTD_createCCtx());
    if (!made) throw std::bad_alloc();
    return made.get();
}

ZSTD_DCtx* decompressor() {
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> made(ZSTD_createDCtx());
    if (!made) throw std::bad_alloc();
    return made.get();
}

}  // namespace

bool zstd(BytesView content, int level, Bytes& out) {
    out.clear();
    if (content.size() < 2) return false;
    const std::size_t room = content.size() - 1;
    const std::size_t size =
        ZSTD_compressCCtx(compressor(), out.extend(room), room, content.data(), content.size(), level);
    if (ZSTD_isError(size) != 0) return false;  // There is no room: it would become larger.
    out.truncate(size);
    return true;
}

void unzstd(BytesView stored, std::span<std::byte> out) {
    const std::size_t size = ZSTD_decompressDCtx(decompressor(), out.data(), out.size(), stored.data(), stored.size());
    if (ZSTD_isError(size) != 0 || size != out.size()) {
        throw DecodeError("its zstd data are damaged: " + std::to_string(stored.size()) +
                          " bytes do not unpack to the " + std::to_string(out.size()) + " of a chunk");
    }
}

}  // namespace rankpool::detail
