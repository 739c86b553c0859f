#include <protocol/samples.hpp>
#include <random>
#include <string>
#include <transport/traffic.hpp>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/protocol/outbox.hpp>
#include <rankpool/transport/recording.hpp>

namespace rankpool::protocol {
namespace {

struct OutboxTest : testing::Test {
    // A record of `size` bytes in all that says which it is.
    void add(std::uint32_t number, std::size_t size) {
        const std::string text(size - sizeof(Header), static_cast<char>('a' + number % 26));
        outbox.add([&](Bytes& message) { write(message, Kind::started, number, 0, text); });
    }
    std::vector<std::size_t> sizes() const {
        std::vector<std::size_t> found;
        for (const auto& message : transport.sent) found.push_back(message.bytes.size());
        return found;
    }
    // All records that were sent, in order, as (number, size).
    std::vector<std::pair<std::uint32_t, std::size_t>> records() const {
        std::vector<std::pair<std::uint32_t, std::size_t>> found;
        for (const auto& message : transport.sent) {
            EXPECT_EQ(message.peer, 3);
            RecordReader reader(message.bytes.view());
            while (const auto record = reader.next()) {
                found.emplace_back(record->header.id, record->payload.size() + sizeof(Header));
                const std::string expected(record->payload.size(), static_cast<char>('a' + record->header.id % 26));
                EXPECT_EQ(read_text(*record), expected);
            }
        }
        return found;
    }

    RecordingTransport transport{0, 4};
    const std::size_t batch = transport.batch_bytes();
    Outbox outbox{transport, 3};
};

TEST_F(OutboxTest, collects_until_it_is_flushed) {
    add(0, 100);
    add(1, 200);
    EXPECT_TRUE(transport.sent.empty());
    EXPECT_FALSE(outbox.is_empty());
    outbox.flush();
    EXPECT_TRUE(outbox.is_empty());
    EXPECT_EQ(sizes(), (std::vector<std::size_t>{300}));
    outbox.flush();
    EXPECT_EQ(sizes().size(), 1U);
}

TEST_F(OutboxTest, fills_messages_up_to_the_batch_size_exactly) {
    add(0, batch - 100);
    add(1, 100);
    EXPECT_TRUE(transport.sent.empty());
    add(2, 16);
    EXPECT_EQ(sizes(), (std::vector<std::size_t>{batch}));
    outbox.flush();
    EXPECT_EQ(sizes(), (std::vector<std::size_t>{batch, 16}));
}

TEST_F(OutboxTest, starts_the_next_message_with_a_record_that_no_longer_fits) {
    add(0, batch - 100);
    add(1, 101);
    EXPECT_EQ(sizes(), (std::vector<std::size_t>{batch - 100}));
    outbox.flush();
    EXPECT_EQ(sizes(), (std::vector<std::size_t>{batch - 100, 101}));
}

TEST_F(OutboxTest, sends_a_large_record_alone_and_at_once) {
    add(0, 20);
    add(1, 10 * batch);
    EXPECT_EQ(sizes(), (std::vector<std::size_t>{20, 10 * batch}));
    add(2, batch + 1);
    EXPECT_EQ(sizes(), (std::vector<std::size_t>{20, 10 * batch, batch + 1}));
    EXPECT_TRUE(outbox.is_empty());
}

TEST_F(OutboxTest, keeps_the_order_of_any_mix) {
    const std::uint32_t seed = test_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::vector<std::pair<std::uint32_t, std::size_t>> added;
    for (std::uint32_t i = 0; i < 5'000; ++i) {
        added.emplace_back(i, sizeof(Header) + random_size(random) % 9'000);
        add(added.back().first, added.back().second);
        if (random() % 50 == 0) outbox.flush();
    }
    outbox.flush();
    EXPECT_EQ(records(), added);
    for (const auto& message : transport.sent) {
        RecordReader reader(message.bytes.view());
        (void)reader.next();
        // Beyond the batch size only a record alone.
        EXPECT_TRUE(message.bytes.size() <= batch || !reader.next().has_value());
    }
}

}  // namespace
}  // namespace rankpool::protocol
