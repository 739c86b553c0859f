// Plays what a fuzzer has found, and random bytes, with the ordinary compiler.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "event_player.hpp"

namespace rankpool::scheduler {
namespace {

TEST(Corpus, breaks_no_rule) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(RANKPOOL_CORPUS)) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    ASSERT_FALSE(paths.empty());
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        const std::vector<std::uint8_t> bytes(std::istreambuf_iterator<char>(file), {});
        EXPECT_NO_THROW(EventPlayer().play(bytes)) << path;
    }
}

/// RANKPOOL_FUZZ_SEEDS=20000 plays so many.
TEST(RandomBytes, break_no_rule) {
    const char* const wanted = std::getenv("RANKPOOL_FUZZ_SEEDS");
    const std::uint32_t count = wanted != nullptr ? static_cast<std::uint32_t>(std::stoul(wanted)) : 300;
    for (std::uint32_t seed = 1; seed <= count; ++seed) {
        std::mt19937 random(seed);
        std::vector<std::uint8_t> bytes(random() % 4000);
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
        EXPECT_NO_THROW(EventPlayer().play(bytes)) << "seed " << seed;
    }
}

}  // namespace
}  // namespace rankpool::scheduler
