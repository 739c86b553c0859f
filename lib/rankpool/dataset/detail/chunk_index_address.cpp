#include <deque>

#include <rankpool/dataset/detail/chunk_index_address.hpp>

namespace rankpool::detail {
namespace {

constexpr std::uint64_t layout_message = 8;
constexpr std::uint64_t continuation_message = 16;
constexpr int layout_version = 3;
constexpr int chunked_class = 2;
// Headers with more pieces or bytes are not read by us; HDF5 does that.
constexpr std::size_t blocks_max = 64;
constexpr std::uint64_t block_bytes_max = 16U << 20;

struct Block {
    std::uint64_t address;
    std::uint64_t bytes;
};

struct HeaderForm {
    bool is_version_2 = false;
    bool has_creation_order = false;
};

ChunkIndexAddress parse_layout(FormatCursor& message, const FileFormat& format, bool& known) {
    known = message.number(1) == layout_version && message.number(1) == chunked_class;
    message.skip(1);  // Dimensionality.
    const std::uint64_t address = message.number(format.address_bytes);
    known = known && message.ok();
    if (!known || is_undefined(address, format.address_bytes)) return {};
    return {true, address};
}

// Goes through the messages of one block; true once the layout was met, known or not.
bool search(BytesView messages, const HeaderForm& form, const FileFormat& format, std::deque<Block>& further,
            std::optional<ChunkIndexAddress>& found) {
    FormatCursor cursor(messages);
    const std::size_t prefix = form.is_version_2 ? (form.has_creation_order ? 6 : 4) : 8;
    while (cursor.remaining() >= prefix) {
        const std::uint64_t kind = cursor.number(form.is_version_2 ? 1 : 2);
        const auto size = static_cast<std::size_t>(cursor.number(2));
        cursor.skip(form.is_version_2 ? (form.has_creation_order ? 3 : 1) : 4);  // Flags, and what fills up.
        FormatCursor message(cursor.take(size));
        if (!cursor.ok()) return false;
        if (kind == layout_message) {
            bool known = false;
            const ChunkIndexAddress address = parse_layout(message, format, known);
            if (known) found = address;
            return true;
        }
        if (kind == continuation_message) {
            const std::uint64_t address = message.number(format.address_bytes);
            further.push_back({address, message.number(format.length_bytes)});
        }
    }
    return false;
}

// The first block of messages, behind the header's prefix.
std::optional<Block> first_block(const FormatReader& reader, std::uint64_t header, HeaderForm& form) {
    const std::vector<std::byte> prefix = reader.up_to(header, 64);
    FormatCursor cursor(prefix);
    if (cursor.number(1) == 1) {
        cursor.skip(7);  // Reserved, count of messages, count of references.
        const std::uint64_t bytes = cursor.number(4);
        if (!cursor.ok()) return std::nullopt;
        return Block{header + 16, bytes};
    }
    cursor = FormatCursor(prefix);
    if (!cursor.matches("OHDR") || cursor.number(1) != 2) return std::nullopt;
    form.is_version_2 = true;
    const std::uint64_t flags = cursor.number(1);
    form.has_creation_order = (flags & 4U) != 0;
    if ((flags & 0x20U) != 0) cursor.skip(16);
    if ((flags & 0x10U) != 0) cursor.skip(4);
    const std::uint64_t bytes = cursor.number(std::size_t{1} << (flags & 3U));
    if (!cursor.ok()) return std::nullopt;
    return Block{header + cursor.position(), bytes};
}

}  // namespace

std::optional<ChunkIndexAddress> find_chunk_btree(const FormatReader& reader, std::uint64_t header) {
    HeaderForm form;
    const std::optional<Block> first = first_block(reader, header, form);
    if (!first) return std::nullopt;
    std::optional<ChunkIndexAddress> found;
    std::deque<Block> blocks{*first};
    for (std::size_t count = 0; !blocks.empty() && count < blocks_max; ++count) {
        const Block block = blocks.front();
        blocks.pop_front();
        if (block.bytes > block_bytes_max) return std::nullopt;
        const auto bytes = reader.block(block.address, static_cast<std::size_t>(block.bytes));
        if (!bytes) return std::nullopt;
        BytesView messages(*bytes);
        if (form.is_version_2 && count != 0) {  // Continuations have a signature before and a checksum behind.
            if (messages.size() < 8) return std::nullopt;
            messages = messages.subspan(4, messages.size() - 8);
        }
        if (search(messages, form, reader.format(), blocks, found)) return found;
    }
    return std::nullopt;
}

}  // namespace rankpool::detail
