#include <algorithm>
#include <string>
#include <utility>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/detail/fletcher32.hpp>
#include <rankpool/dataset/detail/gzip.hpp>
#include <rankpool/dataset/detail/shuffle.hpp>
#include <rankpool/dataset/filter_pipeline.hpp>

namespace rankpool {
namespace {

// As registered with The HDF Group; hdf5.h calls them H5Z_FILTER_….
constexpr int gzip_id = 1;
constexpr int shuffle_id = 2;
constexpr int checksum_id = 3;

constexpr std::size_t checksum_bytes = 4;

// Little-endian, whatever this machine is.
void append_checksum(Bytes& bytes) {
    const std::uint32_t sum = detail::fletcher32(bytes.view());
    std::byte* const at = bytes.extend(checksum_bytes);
    for (unsigned i = 0; i < checksum_bytes; ++i) at[i] = static_cast<std::byte>(sum >> (8 * i));
}

BytesView checked_content(BytesView stored) {
    if (stored.size() < checksum_bytes) throw DecodeError("it is too short to hold its checksum");
    const BytesView content = stored.first(stored.size() - checksum_bytes);
    std::uint32_t sum = 0;
    for (unsigned i = 0; i < checksum_bytes; ++i) {
        sum |= std::to_integer<std::uint32_t>(stored[content.size() + i]) << (8 * i);
    }
    const std::uint32_t actual = detail::fletcher32(content);
    // HDF5 before 1.6.3 stored the halves' bytes in another order on some machines, and still reads them so.
    const std::uint32_t swapped = (actual & 0x00ff00ffU) << 8U | (actual >> 8U & 0x00ff00ffU);
    if (sum != actual && sum != swapped) throw DecodeError("its Fletcher-32 checksum does not match: it is damaged");
    return content;
}

void expect_size(std::size_t size, std::size_t expected) {
    if (size == expected) return;
    throw DecodeError("it lies in the file as " + std::to_string(size) + " bytes instead of " +
                      std::to_string(expected) + ": it is damaged");
}

bool is_skipped(std::uint32_t skipped_filters, std::size_t step) {
    return step < 32 && (skipped_filters >> step & 1U) != 0;
}

}  // namespace

FilterPipeline pipeline_of(const Filters& filters, std::size_t element_bytes) {
    FilterPipeline pipeline;
    if (filters.shuffle) pipeline.push_back({FilterKind::shuffle, static_cast<std::uint32_t>(element_bytes)});
    if (filters.gzip_level != 0) pipeline.push_back({FilterKind::gzip, static_cast<std::uint32_t>(filters.gzip_level)});
    if (filters.checksum) pipeline.push_back({FilterKind::checksum, 0});
    return pipeline;
}

std::optional<FilterPipeline> pipeline_of(const DatasetInfo& info) {
    FilterPipeline pipeline;
    for (const FilterInfo& filter : info.filters) {
        const std::uint32_t parameter = filter.parameters.empty() ? 0 : filter.parameters.front();
        if (filter.id == shuffle_id && parameter != 0) {
            pipeline.push_back({FilterKind::shuffle, parameter});
        } else if (filter.id == gzip_id) {
            pipeline.push_back({FilterKind::gzip, std::clamp(parameter, 1U, 9U)});
        } else if (filter.id == checksum_id) {
            pipeline.push_back({FilterKind::checksum, 0});
        } else {
            return std::nullopt;
        }
    }
    // What is compressed twice has sizes in between that are not known before; nobody writes such files.
    if (std::ranges::count(pipeline, FilterKind::gzip, &FilterStep::kind) > 1) return std::nullopt;
    return pipeline;
}

EncodedChunk encode(BytesView raw, const FilterPipeline& pipeline) {
    EncodedChunk chunk;
    Bytes spare;
    BytesView content = raw;  // Of the caller's memory until the first step that changes something.
    const auto keep = [&] {
        std::swap(chunk.bytes, spare);
        content = chunk.bytes.view();
    };
    for (std::size_t step = 0; step < pipeline.size(); ++step) {
        const FilterStep& filter = pipeline[step];
        if (filter.kind == FilterKind::shuffle) {
            spare.clear();
            detail::shuffle(content, filter.parameter, {spare.extend(content.size()), content.size()});
            keep();
        } else if (filter.kind == FilterKind::gzip) {
            if (detail::gzip(content, static_cast<int>(filter.parameter), spare)) {
                keep();
            } else {
                chunk.skipped_filters |= 1U << step;
            }
        } else {
            if (content.data() == raw.data()) chunk.bytes = Bytes(raw);
            append_checksum(chunk.bytes);
            content = chunk.bytes.view();
        }
    }
    if (content.data() == raw.data()) chunk.bytes = Bytes(raw);
    return chunk;
}

void decode(BytesView stored, std::uint32_t skipped_filters, const FilterPipeline& pipeline, std::span<std::byte> raw) {
    Bytes unpacked;
    Bytes spare;
    bool is_in_place = false;  // The content lies in `raw` already.
    for (std::size_t step = pipeline.size(); step-- > 0;) {
        if (is_skipped(skipped_filters, step)) continue;
        const FilterStep& filter = pipeline[step];
        // What the steps before this one made of a full chunk.
        bool is_last = true;
        std::size_t size = raw.size();
        for (std::size_t i = 0; i < step; ++i) {
            if (is_skipped(skipped_filters, i)) continue;
            is_last = false;
            if (pipeline[i].kind == FilterKind::checksum) size += checksum_bytes;
        }
        if (filter.kind == FilterKind::checksum) {
            stored = checked_content(stored);
            continue;
        }
        if (filter.kind == FilterKind::shuffle) expect_size(stored.size(), size);
        spare.clear();
        // Written by the last step of all, the content needs no further copy.
        const std::span<std::byte> out = is_last ? raw : std::span<std::byte>(spare.extend(size), size);
        if (filter.kind == FilterKind::gzip) {
            detail::gunzip(stored, out);
        } else {
            detail::unshuffle(stored, filter.parameter, out);
        }
        is_in_place = is_last;
        std::swap(unpacked, spare);
        stored = is_last ? BytesView(out) : unpacked.view();
    }
    if (is_in_place) return;
    expect_size(stored.size(), raw.size());
    std::ranges::copy(stored, raw.begin());
}

}  // namespace rankpool
