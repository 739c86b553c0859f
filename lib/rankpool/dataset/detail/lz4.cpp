#include <algorithm>
#include <cstdint>
#include <limits>
#include <lz4.h>
#include <string>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/detail/lz4.hpp>

namespace rankpool::detail {
namespace {

constexpr std::size_t header_bytes = 12;
constexpr std::size_t length_bytes = 4;
// As the registered filter has it, which LZ4 can still count.
constexpr std::size_t block_bytes_max = std::size_t{1} << 30;

void write_big_endian(std::byte* to, std::uint64_t number, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<std::byte>(number >> (8 * (count - 1 - i)));
}

std::uint64_t read_big_endian(BytesView from, std::size_t offset, std::size_t count) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < count; ++i) number = number << 8 | std::to_integer<std::uint64_t>(from[offset + i]);
    return number;
}

[[noreturn]] void refuse(BytesView stored, std::span<std::byte> out) {
    throw DecodeError("its LZ4 data are damaged: " + std::to_string(stored.size()) + " bytes do not unpack to the " +
                      std::to_string(out.size()) + " of a chunk");
}

const char* as_chars(const std::byte* bytes) { return reinterpret_cast<const char*>(bytes); }

}  // namespace

bool lz4(BytesView content, std::size_t block_bytes, Bytes& out) {
    out.clear();
    if (content.size() <= header_bytes + length_bytes) return false;
    const std::size_t block =
        std::min({block_bytes == 0 ? block_bytes_max : block_bytes, block_bytes_max, content.size()});
    std::byte* const header = out.extend(header_bytes);
    write_big_endian(header, content.size(), 8);
    write_big_endian(header + 8, block, 4);
    for (std::size_t begin = 0; begin < content.size(); begin += block) {
        const std::size_t size = std::min(block, content.size() - begin);
        const std::size_t at = out.size();
        std::byte* const length = out.extend(length_bytes + size);
        // Room for less than the block alone: what does not fit is stored as it is.
        const int packed =
            LZ4_compress_default(as_chars(content.data() + begin), reinterpret_cast<char*>(length + length_bytes),
                                 static_cast<int>(size), static_cast<int>(size) - 1);
        const std::size_t stored = packed > 0 ? static_cast<std::size_t>(packed) : size;
        if (packed <= 0) std::copy_n(content.data() + begin, size, length + length_bytes);
        write_big_endian(length, stored, length_bytes);
        out.truncate(at + length_bytes + stored);
    }
    return out.size() < content.size();
}

void unlz4(BytesView stored, std::span<std::byte> out) {
    if (stored.size() < header_bytes || read_big_endian(stored, 0, 8) != out.size()) refuse(stored, out);
    const std::size_t block = read_big_endian(stored, 8, 4);
    if (block == 0 || block > static_cast<std::size_t>(std::numeric_limits<int>::max())) refuse(stored, out);
    std::size_t at = header_bytes;
    for (std::size_t begin = 0; begin < out.size(); begin += block) {
        const std::size_t size = std::min(block, out.size() - begin);
        if (stored.size() - at < length_bytes) refuse(stored, out);
        const std::size_t length = read_big_endian(stored, at, length_bytes);
        at += length_bytes;
        if (length == 0 || length > stored.size() - at || length > size) refuse(stored, out);
        const std::byte* const from = stored.data() + at;
        if (length == size) {
            std::copy_n(from, size, out.data() + begin);
        } else if (LZ4_decompress_safe(as_chars(from), reinterpret_cast<char*>(out.data() + begin),
                                       static_cast<int>(length), static_cast<int>(size)) != static_cast<int>(size)) {
            refuse(stored, out);
        }
        at += length;
    }
}

std::size_t unlz4_size(BytesView stored) {
    return stored.size() < header_bytes ? 0 : static_cast<std::size_t>(read_big_endian(stored, 0, 8));
}

}  // namespace rankpool::detail
