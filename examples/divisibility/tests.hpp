#pragma once

#include <cstdint>
#include <vector>

#include "data.hpp"

/// How the tests are made to look like slow, unreliable work.
struct Pretence {
    double slowness_s = 0;
    double failure_rate = 0;
    int retries = 0;
    std::uint64_t seed = 0;
};

/// A bit for each number of a chunk.
using Mask = std::vector<std::uint64_t>;

/// A task: says which numbers of a chunk the divisor divides.
/// @throws std::runtime_error  now and then, if failures are pretended
Mask test_divisor(const rankpool::Dataset& data, std::uint64_t chunk, std::int64_t divisor, Pretence pretence);

/// A task: submits one test per divisor, waits for them without occupying its worker, and returns the numbers that all
/// divisors divide.
std::vector<std::int64_t> select_divisible(const rankpool::Dataset& data, std::uint64_t chunk,
                                           std::vector<std::int64_t> divisors, Pretence pretence);
