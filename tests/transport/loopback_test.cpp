#include <atomic>
#include <chrono>
#include <thread>
#include <transport/traffic.hpp>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/core/contract.hpp>
#include <rankpool/transport/loopback.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;

TEST(Loopback, hands_over_every_size_as_it_was_sent) {
    LoopbackNetwork network(2);
    const auto sender = network.endpoint(0);
    const auto receiver = network.endpoint(1);
    ExpectedTraffic traffic;
    std::uint32_t number = 0;
    for (const std::size_t size : interesting_sizes()) {
        traffic.expect(0, number, size);
        sender->send(1, test_message(0, number, size));
        ++number;
    }
    EXPECT_TRUE(receiver->poll(traffic));
    EXPECT_EQ(traffic.open(), 0U);
    EXPECT_FALSE(receiver->poll(traffic));
    EXPECT_FALSE(sender->poll(traffic));
}

TEST(Loopback, keeps_the_order_of_each_of_many_senders) {
    constexpr Rank senders = 4;
    constexpr std::uint32_t count = 3'000;  // Queued without a poll in between.
    const std::uint32_t seed = test_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    LoopbackNetwork network(senders + 1);
    ExpectedTraffic traffic;
    std::vector<std::thread> threads;
    for (Rank from = 1; from <= senders; ++from) {
        std::mt19937 random(seed + static_cast<std::uint32_t>(from));
        std::vector<std::size_t> sizes(count);
        for (std::size_t& size : sizes) size = random() % 5000;
        for (std::uint32_t i = 0; i < count; ++i) traffic.expect(from, i, sizes[i]);
        threads.emplace_back([&network, from, sizes] {
            const auto endpoint = network.endpoint(from);
            for (std::uint32_t i = 0; i < count; ++i) endpoint->send(0, test_message(from, i, sizes[i]));
        });
    }
    const auto receiver = network.endpoint(0);
    const Instant deadline = now() + 60s;
    while (traffic.open() != 0 && now() < deadline) {
        if (!receiver->poll(traffic)) std::this_thread::yield();
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(traffic.open(), 0U);
}

TEST(Loopback, sends_to_itself) {
    LoopbackNetwork network(1);
    const auto endpoint = network.endpoint(0);
    ExpectedTraffic traffic;
    traffic.expect(0, 7, 100);
    endpoint->send(0, test_message(0, 7, 100));
    EXPECT_TRUE(endpoint->poll(traffic));
    EXPECT_EQ(traffic.open(), 0U);
}

TEST(Loopback, lets_mail_that_is_sent_while_receiving_wait_for_the_next_poll) {
    LoopbackNetwork network(1);
    const auto endpoint = network.endpoint(0);
    struct Echo final : MessageSink {
        explicit Echo(Transport& t) : transport(t) {}
        void receive(Rank, BytesView message) override {
            received += message.size();
            if (received < 3) transport.send(0, Bytes(message));
        }
        Transport& transport;
        std::size_t received = 0;
    } echo(*endpoint);
    endpoint->send(0, test_message(0, 0, 1));
    EXPECT_TRUE(endpoint->poll(echo));
    EXPECT_EQ(echo.received, 1U);
    EXPECT_TRUE(endpoint->poll(echo));
    EXPECT_TRUE(endpoint->poll(echo));
    EXPECT_EQ(echo.received, 3U);
    EXPECT_FALSE(endpoint->poll(echo));
}

TEST(Loopback, hands_over_each_message_once_although_its_receiver_throws) {
    LoopbackNetwork network(2);
    const auto sender = network.endpoint(0);
    const auto receiver = network.endpoint(1);
    struct Picky final : MessageSink {
        void receive(Rank, BytesView message) override {
            sizes.push_back(message.size());
            if (message.size() == 2) throw std::runtime_error("two");
        }
        std::vector<std::size_t> sizes;
    } picky;
    for (const std::size_t size : {1U, 2U, 3U}) sender->send(1, test_message(0, 0, size));
    EXPECT_THROW(receiver->poll(picky), std::runtime_error);
    sender->send(1, test_message(0, 0, 4));
    while (receiver->poll(picky)) continue;
    EXPECT_EQ(picky.sizes, (std::vector<std::size_t>{1, 2, 3, 4}));
}

TEST(Loopback, mail_rings_the_doorbell_it_was_told_to_ring) {
    LoopbackNetwork network(2);
    const auto sender = network.endpoint(0);
    std::atomic<std::uint32_t> word{0};
    Doorbell other(word);
    network.ring_instead(1, other);
    other.arm();
    sender->send(1, Bytes());
    EXPECT_EQ(word.load(), 0U);
}

TEST(Loopback, has_no_endpoints_beyond_its_size) {
    LoopbackNetwork network(2);
    EXPECT_THROW((void)network.endpoint(2), ContractError);
    EXPECT_THROW((void)network.endpoint(-1), ContractError);
    EXPECT_EQ(network.endpoint(1)->rank(), 1);
    EXPECT_EQ(network.endpoint(1)->size(), 2);
}

}  // namespace
}  // namespace rankpool
