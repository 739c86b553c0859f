#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include <rankpool/blocks/block_options.hpp>
#include <rankpool/dataset/dataset.hpp>
#include <rankpool/executor/executor.hpp>

namespace rankpool {

/// What can be said about many numbers after seeing each once or twice.
struct Statistics {
    std::uint64_t count = 0;      ///< Numbers, without those that are none (NaN).
    std::uint64_t nan_count = 0;  ///< NaNs; they count in nothing else.
    FillValue min = 0.0;          ///< As exact as the elements; 0 if there are no numbers.
    FillValue max = 0.0;
    /// The mean in two parts, one of the numbers and what the mean is more: what lies together far from 0 keeps its
    /// digits.
    double origin = 0;
    double offset = 0;
    double squared_deviations = 0;  ///< Sum of (x - mean)².

    double mean() const { return origin + offset; }  ///< NaN if there are no numbers.
    /// Of all the numbers as they are, divided by their count.
    double variance() const;
    double standard_deviation() const;
    friend bool operator==(const Statistics&, const Statistics&) = default;
};

/// Of elements in memory: two passes, so that nothing cancels.
template <Element T>
Statistics statistics_of(std::span<const T> elements);

/// Of both together. Source: Chan, Golub, LeVeque: Updating formulae and a pairwise algorithm for computing sample
/// variances, 1979.
Statistics combined(const Statistics& a, const Statistics& b);

/// Of a dataset of numbers: out of core, with the same bits on any number of ranks. Chunks nobody wrote count with the
/// fill value. Of no elements at all, everything is 0 and the mean NaN.
/// @throws DatasetError  at once, if it does not hold numbers
Future<Statistics> statistics(Executor& pool, const Dataset& dataset, const BlockOptions& options = {});

}  // namespace rankpool
