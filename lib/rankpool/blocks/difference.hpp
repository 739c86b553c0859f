#pragma once

#include <cstdint>

#include <rankpool/blocks/block_options.hpp>
#include <rankpool/dataset/dataset.hpp>
#include <rankpool/executor/executor.hpp>

namespace rankpool {

/// How two datasets of one shape differ.
struct Difference {
    std::uint64_t count = 0;  ///< Elements that differ.
    std::uint64_t first = 0;  ///< Row-major position of the first of them.
    double greatest = 0;      ///< Of the differences between numbers; infinite where one is NaN and one is not.
    friend bool operator==(const Difference&, const Difference&) = default;
};

struct DifferenceOptions {
    /// Numbers that differ by no more are equal.
    double tolerance = 0;
};

/// Compares two datasets element by element. NaNs are equal to each other. Numbers of different types are compared by
/// their values, other elements byte by byte.
/// @throws ConfigError  at once: the shapes differ, or elements cannot be compared
Future<Difference> difference(Executor& pool, const Dataset& a, const Dataset& b, const DifferenceOptions& options = {},
                              const BlockOptions& block_options = {});

}  // namespace rankpool
