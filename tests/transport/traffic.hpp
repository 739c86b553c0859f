#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/transport/transport.hpp>

namespace rankpool {

/// The seed of a random test: RANKPOOL_SEED, or a new one. Shown with every failure if traced.
inline std::uint32_t test_seed() {
    const char* const given = std::getenv("RANKPOOL_SEED");
    return given != nullptr ? static_cast<std::uint32_t>(std::stoul(given)) : std::random_device{}();
}

/// The sizes at which transports change their ways, and others.
inline std::vector<std::size_t> interesting_sizes() {
    std::vector<std::size_t> sizes{0, 1, 39, 40, 41, 4095, 4096, 4097, 64U << 10, 1U << 20, 64U << 20};
    for (std::size_t size = 3999; size <= 4100; ++size) sizes.push_back(size);
    return sizes;
}

/// A message whose every byte follows from its sender, its number and its size.
inline Bytes test_message(Rank from, std::uint32_t number, std::size_t size) {
    Bytes bytes;
    std::byte* const data = bytes.extend(size);
    const auto start =
        static_cast<std::uint64_t>(from) * 0x9e3779b97f4a7c15U + number * std::uint64_t{0xbf58476d1ce4e5b9U} + size;
    std::uint64_t word = start;
    std::size_t i = 0;
    for (; i + sizeof word <= size; i += sizeof word) {
        word = word * 6364136223846793005U + 1442695040888963407U;
        std::memcpy(data + i, &word, sizeof word);
    }
    std::memset(data + i, static_cast<int>(start & 0xff), size - i);
    return bytes;
}

/// Checks that messages arrive as they were announced: per sender in order, each byte as it was sent.
class ExpectedTraffic final : public MessageSink {
  public:
    void expect(Rank from, std::uint32_t number, std::size_t size) {
        expected_[from].push_back({number, size});
        ++open_;
    }
    std::size_t open() const { return open_; }

    void receive(Rank from, BytesView message) override {
        auto& queue = expected_[from];
        if (queue.empty()) {
            ADD_FAILURE() << message.size() << " bytes nobody sent came from rank " << from;
            return;
        }
        const auto [number, size] = queue.front();
        queue.pop_front();
        --open_;
        EXPECT_EQ(message.size(), size) << "message " << number << " from rank " << from;
        if (message.size() != size) return;
        const Bytes sent = test_message(from, number, size);
        EXPECT_TRUE(size == 0 || std::memcmp(message.data(), sent.data(), size) == 0)
            << "message " << number << " from rank " << from << " of " << size << " bytes differs";
    }

  private:
    std::map<Rank, std::deque<std::pair<std::uint32_t, std::size_t>>> expected_;
    std::size_t open_ = 0;
};

/// Mostly small, now and then large.
inline std::size_t random_size(std::mt19937& random) {
    switch (random() % 16) {
        case 0:
            return 100'000 + random() % 1'000'000;
        case 1:
        case 2:
            return 3'900 + random() % 300;
        default:
            return random() % 200;
    }
}

}  // namespace rankpool
