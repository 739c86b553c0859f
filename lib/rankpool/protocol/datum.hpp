#pragma once

#include <cstdint>
#include <cstring>
#include <optional>

#include <rankpool/protocol/record.hpp>

namespace rankpool::protocol {

/// A kept result as a message of its own. `pack(Bytes&)` appends the packed value.
template <class Pack>
Bytes datum_message(std::uint32_t task, std::uint32_t execution, Pack pack) {
    Bytes message;
    {
        const RecordWriter record(message, {.kind = Kind::datum, .id = task, .number = execution});
        pack(message);
    }
    return message;
}

/// The answer of a rank that does not have it.
inline Bytes lost_datum_message(std::uint32_t task, std::uint32_t execution) {
    Bytes message;
    { const RecordWriter record(message, {.kind = Kind::datum, .level = 1, .id = task, .number = execution}); }
    return message;
}
inline bool is_lost(const Header& datum) { return datum.level != 0; }

/// The header of a message that is one kept result and nothing else, so that its memory may be kept with the header in
/// front; none for others.
inline std::optional<Header> only_datum(BytesView message) {
    Header header;
    if (message.size() < sizeof header) return std::nullopt;
    std::memcpy(&header, message.data(), sizeof header);
    const bool is_all = header.size == message.size() - sizeof header || header.size == RecordWriter::rest_of_message;
    if (header.kind != Kind::datum || is_lost(header) || !is_all) return std::nullopt;
    return header;
}

}  // namespace rankpool::protocol
