#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <rankpool/core/bytes.hpp>
#include <rankpool/dataset/dataset_info.hpp>
#include <rankpool/dataset/dataset_options.hpp>

namespace rankpool {

/// A chunk as it lies in the file.
struct EncodedChunk {
    Bytes bytes;
    std::uint32_t skipped_filters = 0;  ///< HDF5's filter mask: bit i set, the i-th filter was left out.
};

/// The filters that are applied here, without HDF5.
enum class FilterKind : std::uint8_t { shuffle, gzip, zstd, lz4, checksum };

struct FilterStep {
    FilterKind kind = FilterKind::shuffle;
    std::uint32_t parameter =
        0;  ///< Of shuffle: bytes of an element. Of gzip, zstd: the level. Of lz4: bytes of a block.
    friend bool operator==(const FilterStep&, const FilterStep&) = default;
};

/// What happens to a chunk on its way to the file, in this order; the reverse on the way back.
using FilterPipeline = std::vector<FilterStep>;

FilterPipeline pipeline_of(const Filters& filters, std::size_t element_bytes);
/// The pipeline of a dataset that exists; none if it has a filter that only HDF5 or a plugin knows.
std::optional<FilterPipeline> pipeline_of(const DatasetInfo& info);

/// Does exactly what HDF5's filters do; any thread and rank may call it, and the bytes go to the file as they are. A
/// chunk that would not become smaller stays uncompressed, as with HDF5.
/// @param raw  all elements of the chunk in the file's byte order; a clipped chunk is padded to full size
EncodedChunk encode(BytesView raw, const FilterPipeline& pipeline);

/// The reverse.
/// @param raw  filled completely; its size is that of a full chunk
/// @throws DecodeError  the bytes are damaged, or make a chunk of another size
void decode(BytesView stored, std::uint32_t skipped_filters, const FilterPipeline& pipeline, std::span<std::byte> raw);

}  // namespace rankpool
