#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <rankpool/journal/format.hpp>

namespace rankpool::journal {
namespace {

static_assert(std::endian::native == std::endian::little, "the file's numbers are written as they lie in memory");

constexpr std::array<char, 8> file_mark{'R', 'P', 'J', 'O', 'U', 'R', 'N', '\n'};
constexpr std::uint64_t format_version = 1;
// Records begin with it, so that whole ones are found again after damaged bytes.
constexpr std::array<char, 8> record_mark{'\xd1', 'r', 'p', 't', 'a', 's', 'k', '\n'};

/// A record's fixed beginning; then name and result, then the checksum of all that (XXH3, 64 bits).
struct RecordHead {
    std::array<char, 8> mark;
    std::uint64_t result_bytes;
    TaskKey key;
    std::uint64_t finished_and_name;  // seconds since 1970 in the upper 48 bits; bytes of the name in the lower 16
};
static_assert(sizeof(RecordHead) + sizeof(std::uint64_t) == record_bytes_min);

std::optional<Found> record_at(BytesView file, std::size_t offset) {
    if (file.size() - offset < record_bytes_min) return std::nullopt;
    RecordHead head;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the next line.
    std::memcpy(&head, file.data() + offset, sizeof head);
    if (head.mark != record_mark) return std::nullopt;
    const std::uint64_t name_bytes = head.finished_and_name & 0xffff;
    const std::uint64_t room = file.size() - offset - record_bytes_min;
    if (name_bytes > room || head.result_bytes > room - name_bytes) return std::nullopt;
    const std::uint64_t covered = sizeof head + name_bytes + head.result_bytes;
    std::uint64_t checksum = 0;
    std::memcpy(&checksum, file.data() + offset + covered, sizeof checksum);
    if (XXH3_64bits(file.data() + offset, covered) != checksum) return std::nullopt;
    const std::byte* const name = file.data() + offset + sizeof head;
    return Found{{head.key,
                  head.finished_and_name >> 16,
                  {reinterpret_cast<const char*>(name), name_bytes},
                  {name + name_bytes, head.result_bytes}},
                 offset,
                 covered + sizeof checksum};
}

}  // namespace

void append_header(Bytes& bytes) {
    bytes.append(file_mark.data(), file_mark.size());
    bytes.append(&format_version, sizeof format_version);
}

bool has_header(BytesView file) {
    if (file.size() < header_bytes) return false;
    std::uint64_t version = 0;
    std::memcpy(&version, file.data() + file_mark.size(), sizeof version);
    return std::memcmp(file.data(), file_mark.data(), file_mark.size()) == 0 && version == format_version;
}

void append_record(Bytes& bytes, const Entry& entry) {
    const std::string_view name = entry.name.substr(0, name_bytes_max);
    const RecordHead head{record_mark, entry.result.size(), entry.key, entry.finished_s << 16 | name.size()};
    const std::size_t start = bytes.size();
    bytes.append(&head, sizeof head);
    bytes.append(name.data(), name.size());
    bytes.append(entry.result.data(), entry.result.size());
    const std::uint64_t checksum = XXH3_64bits(bytes.data() + start, bytes.size() - start);
    bytes.append(&checksum, sizeof checksum);
}

Reader::Reader(BytesView file) : file_(has_header(file) ? file : BytesView()) {
    at_ = file_.empty() ? 0 : header_bytes;
    end_ = at_;
}

bool Reader::next(Found& found) {
    while (at_ < file_.size()) {
        if (const auto record = record_at(file_, at_)) {
            found = *record;
            damaged_bytes_ += found.offset - end_;
            at_ = found.offset + found.size;
            end_ = at_;
            return true;
        }
        const auto* const from = reinterpret_cast<const char*>(file_.data());
        const char* const mark =
            std::search(from + at_ + 1, from + file_.size(), record_mark.begin(), record_mark.end());
        at_ = static_cast<std::size_t>(mark - from);
    }
    return false;
}

}  // namespace rankpool::journal
