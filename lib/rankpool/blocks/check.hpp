#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <rankpool/blocks/block_options.hpp>
#include <rankpool/dataset/dataset.hpp>
#include <rankpool/executor/executor.hpp>
#include <rankpool/task/codec_std.hpp>

namespace rankpool {

/// What reading every chunk of a dataset showed.
struct ChunkCheck {
    static constexpr std::size_t problems_max = 100;

    std::uint64_t chunk_count = 0;      ///< Of the grid.
    std::uint64_t unwritten_count = 0;  ///< That nobody wrote.
    std::uint64_t damaged_count = 0;
    std::vector<std::string> problems;  ///< The first ones, a line each.
    friend bool operator==(const ChunkCheck&, const ChunkCheck&) = default;
};

/// Reads, unpacks and checks every chunk of a dataset, on all ranks. Damage is counted, not thrown.
/// @throws DatasetError  at once, if the dataset cannot be opened
Future<ChunkCheck> check_chunks(Executor& pool, const Dataset& dataset, const BlockOptions& options = {});

/// How it crosses ranks.
template <>
struct Codec<ChunkCheck> {
    static void write(ByteWriter& writer, const ChunkCheck& check) {
        writer.value(check.chunk_count);
        writer.value(check.unwritten_count);
        writer.value(check.damaged_count);
        encode(writer, check.problems);
    }
    static ChunkCheck read(ByteReader& reader) {
        ChunkCheck check;
        check.chunk_count = reader.value<std::uint64_t>();
        check.unwritten_count = reader.value<std::uint64_t>();
        check.damaged_count = reader.value<std::uint64_t>();
        check.problems = decode<std::vector<std::string>>(reader);
        return check;
    }
};

}  // namespace rankpool
