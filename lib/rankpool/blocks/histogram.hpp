#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <rankpool/blocks/block_options.hpp>
#include <rankpool/dataset/dataset.hpp>
#include <rankpool/executor/executor.hpp>
#include <rankpool/task/codec_std.hpp>

namespace rankpool {

/// How often values fall into bins of equal width; the last bin includes its upper edge, as numpy's does.
struct Histogram {
    double low = 0;
    double high = 1;
    std::vector<std::uint64_t> counts;
    std::uint64_t below = 0;  ///< Values less than `low`.
    std::uint64_t above = 0;  ///< Values greater than `high`.
    std::uint64_t nan_count = 0;

    /// counts.size() + 1 of them.
    std::vector<double> edges() const;
    friend bool operator==(const Histogram&, const Histogram&) = default;
};

struct HistogramOptions {
    std::size_t bin_count = 100;
    double low = 0;  ///< With low == high, which is the default, the range of the data is found first.
    double high = 0;
};

/// Counts the elements of a dataset of numbers: out of core.
/// @throws ConfigError   no bins, or a range that is none
/// @throws DatasetError  it does not hold numbers
Future<Histogram> histogram(Executor& pool, const Dataset& dataset, const HistogramOptions& options = {},
                            const BlockOptions& block_options = {});

/// How it crosses ranks.
template <>
struct Codec<Histogram> {
    static void write(ByteWriter& writer, const Histogram& item) {
        writer.value(item.low);
        writer.value(item.high);
        encode(writer, item.counts);
        writer.value(item.below);
        writer.value(item.above);
        writer.value(item.nan_count);
    }
    static Histogram read(ByteReader& reader) {
        Histogram item;
        item.low = reader.value<double>();
        item.high = reader.value<double>();
        item.counts = decode<std::vector<std::uint64_t>>(reader);
        item.below = reader.value<std::uint64_t>();
        item.above = reader.value<std::uint64_t>();
        item.nan_count = reader.value<std::uint64_t>();
        return item;
    }
};

}  // namespace rankpool
