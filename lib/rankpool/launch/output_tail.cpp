#include <algorithm>

#include <rankpool/launch/output_tail.hpp>

namespace rankpool {
namespace {

/// The length of the well-formed sequence at the start of `bytes`; 0 if there is none.
std::size_t sequence_length(std::string_view bytes) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned char first = at(0);
    if (first == 0) return 0;
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || bytes.size() < length) return 0;
    const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;   // No longer than needed,
    const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;  // no surrogates, up to U+10FFFF.
    if (at(1) < low || at(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if (at(i) < 0x80 || at(i) > 0xBF) return 0;
    }
    return length;
}

}  // namespace

void OutputTail::append(std::string_view bytes) {
    total_ += bytes.size();
    const std::size_t to_head = std::min(bytes.size(), half_ - head_.size());
    head_.append(bytes.substr(0, to_head));
    bytes.remove_prefix(to_head);
    if (bytes.size() > half_) bytes.remove_prefix(bytes.size() - half_);
    tail_.append(bytes);
    if (tail_.size() > 3 * half_) tail_.erase(0, tail_.size() - half_);
}

std::string OutputTail::text() const {
    std::string_view tail(tail_);
    if (tail.size() > half_) tail.remove_prefix(tail.size() - half_);
    const std::uint64_t left_out = total_ - head_.size() - tail.size();
    if (left_out == 0) return to_valid_utf8(head_ + std::string(tail));
    return to_valid_utf8(head_) + "\n[… " + std::to_string(left_out) + " bytes left out …]\n" + to_valid_utf8(tail);
}

std::string to_valid_utf8(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t length = sequence_length(bytes);
        if (length == 0) {
            text += "\xEF\xBF\xBD";
        } else {
            text += bytes.substr(0, length);
        }
        bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text;
}

}  // namespace rankpool
