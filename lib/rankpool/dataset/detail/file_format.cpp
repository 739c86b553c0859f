#include <cstring>

#include <rankpool/dataset/detail/file_format.hpp>

namespace rankpool::detail {

std::optional<std::vector<std::byte>> FormatReader::block(std::uint64_t address, std::size_t size) const {
    std::vector<std::byte> bytes = up_to(address, size);
    if (bytes.size() != size) return std::nullopt;
    return bytes;
}

std::vector<std::byte> FormatReader::up_to(std::uint64_t address, std::size_t size) const {
    const std::uint64_t file_size = file_->size();
    if (format_.base > file_size || address >= file_size - format_.base) return {};
    // No more memory than the file has bytes, whatever it claims.
    std::vector<std::byte> bytes(std::min<std::uint64_t>(size, file_size - format_.base - address));
    bytes.resize(file_->read_some(format_.base + address, bytes));
    return bytes;
}

BytesView FormatCursor::take(std::size_t count) {
    if (!ok_ || count > remaining()) {
        ok_ = false;
        return {};
    }
    const BytesView taken = block_.subspan(position_, count);
    position_ += count;
    return taken;
}

std::uint64_t FormatCursor::number(std::size_t size) {
    const BytesView bytes = take(size);
    std::uint64_t number = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8U | std::to_integer<std::uint64_t>(bytes[i]);
    return number;
}

bool FormatCursor::matches(const char (&signature)[5]) {
    const BytesView bytes = take(4);
    ok_ = ok_ && std::memcmp(bytes.data(), signature, 4) == 0;
    return ok_;
}

bool is_undefined(std::uint64_t address, std::size_t address_bytes) {
    return address == (address_bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * address_bytes)) - 1);
}

}  // namespace rankpool::detail
