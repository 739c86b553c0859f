#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/task/random_stream.hpp>

namespace rankpool {
namespace {

static_assert(std::uniform_random_bit_generator<RandomStream>);

std::vector<std::uint64_t> draw(RandomStream& random, int count) {
    std::vector<std::uint64_t> numbers;
    for (int i = 0; i < count; ++i) numbers.push_back(random());
    return numbers;
}

// Random123, tests/kat_vectors: philox4x64 with 10 rounds, counter and key 0.
TEST(RandomStream, is_philox4x64) {
    RandomStream random;
    EXPECT_EQ(draw(random, 4), (std::vector<std::uint64_t>{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b,
                                                           0x7e68b68aec7ba23b}));
}

TEST(RandomStream, differs_by_seed_stream_and_item) {
    std::set<std::uint64_t> first;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        for (std::uint64_t stream = 0; stream < 5; ++stream) {
            for (std::uint64_t item = 0; item < 5; ++item) first.insert(RandomStream(seed, stream, item)());
        }
    }
    EXPECT_EQ(first.size(), 125U);
}

TEST(RandomStream, discards_as_if_drawn) {
    for (int before = 0; before < 9; ++before) {
        for (unsigned count = 0; count < 14; ++count) {
            RandomStream drawn(1, 2, 3);
            RandomStream discarded(1, 2, 3);
            draw(drawn, before);
            draw(discarded, before);
            draw(drawn, static_cast<int>(count));
            discarded.discard(count);
            EXPECT_EQ(discarded, drawn) << before << ' ' << count;
            EXPECT_EQ(discarded(), drawn()) << before << ' ' << count;
        }
    }
}

TEST(RandomStream, comes_back_from_text) {
    for (int before = 0; before < 9; ++before) {
        RandomStream random(1, 2, 3);
        draw(random, before);
        std::stringstream text;
        text << random;
        RandomStream other;
        EXPECT_NE(other, random);
        text >> other;
        EXPECT_EQ(other, random) << before;
        EXPECT_EQ(draw(other, 5), draw(random, 5)) << before;
    }
    std::istringstream broken("1 2 3 0 2");
    RandomStream random(7);
    EXPECT_TRUE((broken >> random).fail());
    EXPECT_EQ(random, RandomStream(7));
}

TEST(RandomStream, can_be_seeded_like_other_engines) {
    std::seed_seq words{1, 2, 3};
    RandomStream from_words(words);
    RandomStream later;
    later.seed(words);
    EXPECT_EQ(from_words, later);
    EXPECT_NE(from_words, RandomStream());
    later.seed(5);
    EXPECT_EQ(later, RandomStream(5));
    later.seed();
    EXPECT_EQ(later, RandomStream());
}

TEST(RandomStream, streams_of_different_names_differ) {
    std::set<std::uint64_t> streams;
    std::string key;
    for (int length = 0; length < 50; ++length, key += '\0') streams.insert(stream_of_key(key));
    for (int i = 0; i < 1000; ++i) streams.insert(stream_of_key("a rather long key with number " + std::to_string(i)));
    for (std::uint64_t number = 0; number < 1000; ++number) streams.insert(stream_of_submission(number));
    for (std::uint64_t number = 0; number < 30; ++number) {
        for (std::uint64_t item = 0; item < 30; ++item) streams.insert(stream_of_child(5, item, number));
    }
    EXPECT_EQ(streams.size(), 50U + 1000U + 1000U + 900U);
}

}  // namespace
}  // namespace rankpool
