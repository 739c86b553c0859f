#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What the user asked for.
struct Options {
    std::uint64_t size = 100'000'000;  ///< numbers to make: 0 … size-1
    std::uint64_t chunk = 1U << 20;    ///< numbers per chunk of the file that is made
    std::string input;                 ///< FILE:DATASET to read instead
    std::string output = "divisible.h5";
    std::vector<std::int64_t> divisors{3, 5, 7};
    double slowness = 0;      ///< seconds; the pretended duration of a test is divisor × slowness × a random number
    double failure_rate = 0;  ///< how often a test pretends to fail, 0 … 1
    int retries = 5;          ///< how often a failed test is tried again
    std::uint64_t seed = 1;   ///< of the pretended durations and failures

    bool makes_data() const { return input.empty(); }
};

/// Reads the command line.
/// @throws rankpool::ConfigError  with what is wrong and how to get help
/// Returns false if the program has nothing more to do (--help was printed).
bool parse_options(int argc, char** argv, Options& options);
