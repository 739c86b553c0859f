#pragma once

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include <rankpool/core/bytes.hpp>

namespace rankpool::tests {

/// Damages bytes at random, reproducibly: RANKPOOL_TEST_SEED repeats a run.
class RandomBytes {
  public:
    RandomBytes() : seed_(choose_seed()), engine_(seed_) { std::cout << story() << '\n'; }

    std::string story() const { return "RANKPOOL_TEST_SEED=" + std::to_string(seed_); }
    std::mt19937_64& engine() { return engine_; }

    /// At least one byte differs.
    Bytes damage(const Bytes& bytes) {
        Bytes damaged = bytes;
        const int changes = 1 + static_cast<int>(engine_() % 4);
        do {
            for (int i = 0; i < changes; ++i) {
                damaged.data()[engine_() % damaged.size()] = static_cast<std::byte>(engine_() & 0xff);
            }
        } while (damaged == bytes);
        return damaged;
    }

  private:
    static std::uint64_t choose_seed() {
        const char* const given = std::getenv("RANKPOOL_TEST_SEED");
        return given != nullptr ? std::stoull(given) : std::random_device()();
    }
    std::uint64_t seed_;
    std::mt19937_64 engine_;
};

}  // namespace rankpool::tests
