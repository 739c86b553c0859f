#include <algorithm>
#include <string>
#include <utility>

#include <rankpool/core/error.hpp>
#include <rankpool/dataset/detail/filters.hpp>
#include <rankpool/dataset/detail/fletcher32.hpp>
#include <rankpool/dataset/detail/gzip.hpp>
#include <rankpool/dataset/detail/lz4.hpp>
#include <rankpool/dataset/detail/shuffle.hpp>
#include <rankpool/dataset/detail/zstd.hpp>
#include <rankpool/dataset/filter_pipeline.hpp>

namespace rankpool {
namespace {

constexpr std::uint32_t zstd_level_usual = 3;

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

bool compresses(const FilterStep& step) {
    return step.kind == FilterKind::gzip || step.kind == FilterKind::zstd || step.kind == FilterKind::lz4;
}

// False if it would not become smaller.
bool compress(BytesView content, const FilterStep& step, Bytes& out) {
    if (step.kind == FilterKind::zstd) return detail::zstd(content, static_cast<int>(step.parameter), out);
    if (step.kind == FilterKind::lz4) return detail::lz4(content, step.parameter, out);
    return detail::gzip(content, static_cast<int>(step.parameter), out);
}

void uncompress(BytesView stored, const FilterStep& step, std::span<std::byte> out) {
    if (step.kind == FilterKind::zstd) return detail::unzstd(stored, out);
    if (step.kind == FilterKind::lz4) return detail::unlz4(stored, out);
    detail::gunzip(stored, out);
}

bool is_skipped(std::uint32_t skipped_filters, std::size_t step) {
    return step < 32 && (skipped_filters >> step & 1U) != 0;
}

}  // namespace

FilterPipeline pipeline_of(const Filters& filters, std::size_t element_bytes) {
    FilterPipeline pipeline;
    if (filters.shuffle) pipeline.push_back({FilterKind::shuffle, static_cast<std::uint32_t>(element_bytes)});
    if (filters.gzip_level != 0) pipeline.push_back({FilterKind::gzip, static_cast<std::uint32_t>(filters.gzip_level)});
    if (filters.zstd_level != 0) pipeline.push_back({FilterKind::zstd, static_cast<std::uint32_t>(filters.zstd_level)});
    if (filters.lz4) pipeline.push_back({FilterKind::lz4, 0});
    if (filters.checksum) pipeline.push_back({FilterKind::checksum, 0});
    return pipeline;
}

std::optional<FilterPipeline> pipeline_of(const DatasetInfo& info) {
    FilterPipeline pipeline;
    for (const FilterInfo& filter : info.filters) {
        const std::uint32_t parameter = filter.parameters.empty() ? 0 : filter.parameters.front();
        if (filter.id == detail::shuffle_id && parameter != 0) {
            pipeline.push_back({FilterKind::shuffle, parameter});
        } else if (filter.id == detail::gzip_id) {
            pipeline.push_back({FilterKind::gzip, std::clamp(parameter, 1U, 9U)});
        } else if (filter.id == detail::zstd_id) {
            pipeline.push_back({FilterKind::zstd, parameter == 0 ? zstd_level_usual : std::min(parameter, 22U)});
        } else if (filter.id == detail::lz4_id) {
            pipeline.push_back({FilterKind::lz4, parameter});
        } else if (filter.id == detail::checksum_id) {
            pipeline.push_back({FilterKind::checksum, 0});
        } else {
            return std::nullopt;
        }
    }
    // What is compressed twice has sizes in between that are not known before; nobody writes such files.
    if (std::ranges::count_if(pipeline, compresses) > 1) return std::nullopt;
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
        } else if (compresses(filter)) {
            if (compress(content, filter, spare)) {
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
        if (compresses(filter)) {
            uncompress(stored, filter, out);
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
