#include <chrono>
#include <stdexcept>
#include <thread>
#include <transport/mpi_test_main.hpp>
#include <transport/traffic.hpp>
#include <vector>

#include <gtest/gtest.h>
#include <mpi.h>

#include <rankpool/core/contract.hpp>
#include <rankpool/transport/mpi_transport.hpp>

// Every rank runs every test: the calls that make and end a transport are collective.

namespace rankpool {
namespace {

using namespace std::chrono_literals;

constexpr Duration patience = 60s;

struct MpiTransport : testing::Test {
    void SetUp() override {
        transport = make_mpi_transport(MPI_COMM_WORLD);
        rank = transport->rank();
        size = transport->size();
    }
    // All have what they were to get before anybody stops polling, as in a pool.
    void TearDown() override {
        meet();
        transport->close();
        transport.reset();
    }
    // Polls until all ranks are here.
    void meet() {
        MPI_Request request = MPI_REQUEST_NULL;
        MPI_Ibarrier(MPI_COMM_WORLD, &request);
        const Instant deadline = now() + patience;
        for (int flag = 0; flag == 0;) {
            MPI_Test(&request, &flag, MPI_STATUS_IGNORE);
            transport->poll(traffic);
            if (flag == 0) std::this_thread::yield();
            ASSERT_LT(now(), deadline) << "a rank does not come";
        }
    }
    void poll_until_all_is_here() {
        const Instant deadline = now() + patience;
        while (traffic.open() != 0 || transport->is_sending()) {
            if (!transport->poll(traffic)) std::this_thread::yield();
            ASSERT_LT(now(), deadline) << traffic.open() << " messages have not arrived";
        }
    }
    std::uint32_t common_seed() const {
        std::uint32_t seed = test_seed();
        MPI_Bcast(&seed, 1, MPI_UINT32_T, 0, MPI_COMM_WORLD);
        return seed;
    }

    std::unique_ptr<Transport> transport;
    Rank rank = 0;
    int size = 0;
    ExpectedTraffic traffic;
};

// Sends to every rank (itself too) what `sizes(from, to)` says, and expects the same from all.
template <class Sizes>
void exchange(Transport& transport, ExpectedTraffic& traffic, Sizes sizes) {
    for (Rank from = 0; from < transport.size(); ++from) {
        std::uint32_t number = 0;
        for (const std::size_t bytes : sizes(from, transport.rank())) traffic.expect(from, number++, bytes);
    }
    for (Rank to = 0; to < transport.size(); ++to) {
        std::uint32_t number = 0;
        for (const std::size_t bytes : sizes(transport.rank(), to)) {
            transport.send(to, test_message(transport.rank(), number++, bytes));
        }
    }
}

TEST_F(MpiTransport, hands_over_every_size_as_it_was_sent) {
    // From 0 to the last rank only: 64 MiB for every pair would take long.
    exchange(*transport, traffic, [&](Rank from, Rank to) {
        return from == 0 && to == size - 1 ? interesting_sizes() : std::vector<std::size_t>{};
    });
    poll_until_all_is_here();
}

TEST_F(MpiTransport, keeps_the_order_between_small_and_large_messages) {
    const std::uint32_t seed = common_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    exchange(*transport, traffic, [&](Rank from, Rank to) {
        std::mt19937 random(seed + static_cast<std::uint32_t>(from * size + to));
        std::vector<std::size_t> sizes(static_cast<std::size_t>(320 / (size * size)));
        for (std::size_t& bytes : sizes) bytes = random_size(random);
        return sizes;
    });
    poll_until_all_is_here();
}

TEST_F(MpiTransport, thousands_wait_for_a_receiver_that_does_not_poll) {
    constexpr std::size_t count = 4'000;
    exchange(*transport, traffic, [&](Rank, Rank to) {
        return to == 0 ? std::vector<std::size_t>(count, 100) : std::vector<std::size_t>{};
    });
    if (rank == 0) std::this_thread::sleep_for(20ms);
    poll_until_all_is_here();
}

TEST_F(MpiTransport, many_large_messages_are_on_their_way_at_once) {
    exchange(*transport, traffic, [&](Rank from, Rank to) {
        return from != to ? std::vector<std::size_t>(40, 30'000) : std::vector<std::size_t>(3, 30'000);
    });
    EXPECT_TRUE(transport->is_sending());
    poll_until_all_is_here();
    EXPECT_FALSE(transport->is_sending());
}

TEST_F(MpiTransport, answers_go_back_from_inside_the_receiver) {
    struct Echo final : MessageSink {
        explicit Echo(Transport& t) : transport(t) {}
        void receive(Rank from, BytesView message) override {
            ++received;
            if (message.size() > 1) transport.send(from, Bytes(message.subspan(0, message.size() / 2)));
        }
        Transport& transport;
        int received = 0;
    } echo(*transport);
    const Rank other = (rank + 1) % size;
    transport->send(other, test_message(rank, 0, 1 << 16));
    // Each pair goes on until one byte is left: 17 messages arrive for every chain, at both ends together.
    const Instant deadline = now() + patience;
    int all = 0;
    while (all < 17 * size && now() < deadline) {
        transport->poll(echo);
        MPI_Allreduce(&echo.received, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    }
    EXPECT_EQ(all, 17 * size);
}

TEST_F(MpiTransport, goes_on_after_its_receiver_has_thrown) {
    struct Picky final : MessageSink {
        void receive(Rank, BytesView message) override {
            sizes.push_back(message.size());
            if (message.size() % 2 == 0) throw std::runtime_error("even");
        }
        std::vector<std::size_t> sizes;
    } picky;
    std::vector<std::size_t> expected;
    for (std::size_t i = 1; i <= 100; ++i) expected.push_back(i % 10 == 0 ? 5000 + i : i);
    for (const std::size_t bytes : expected) transport->send((rank + 1) % size, test_message(rank, 0, bytes));
    const Instant deadline = now() + patience;
    while (picky.sizes.size() < expected.size() && now() < deadline) {
        try {
            transport->poll(picky);
        } catch (const std::runtime_error&) {
        }
    }
    EXPECT_EQ(picky.sizes, expected);
}

// Ranks pass a token around and sleep while they do not have it. A lost wake-up would be a sleep to the end.
TEST_F(MpiTransport, a_sleeping_rank_wakes_when_a_message_comes) {
    if (transport->sleep_max() < 1s) GTEST_SKIP() << "the ranks are on several nodes and look by themselves";
    constexpr Duration long_sleep = 20s;
    constexpr int rounds = 300;
    struct Count final : MessageSink {
        void receive(Rank, BytesView) override { ++received; }
        int received = 0;
    } tokens;
    int missed = 0;
    const auto sleep_until_received = [&](int count) {
        while (tokens.received < count && missed == 0) {
            if (transport->poll(tokens)) continue;
            if (transport->is_sending()) {  // A large message moves only while somebody looks.
                std::this_thread::yield();
                continue;
            }
            transport->arm();
            if (transport->poll(tokens) || transport->poll(tokens)) {
                transport->doorbell().disarm();
                continue;
            }
            const Instant start = now();
            transport->doorbell().sleep(long_sleep);
            missed += now() - start >= long_sleep;
        }
    };
    for (int round = 0; round < rounds && missed == 0; ++round) {
        sleep_until_received(rank == 0 ? round : round + 1);
        transport->send((rank + 1) % size, test_message(rank, 0, round % 7 == 6 ? 6000 : 10));
    }
    sleep_until_received(rounds);
    EXPECT_EQ(missed, 0);
}

TEST_F(MpiTransport, several_pools_live_side_by_side) {
    const auto second = make_mpi_transport(MPI_COMM_WORLD);
    ExpectedTraffic other;
    const auto sizes = [](Rank, Rank) { return std::vector<std::size_t>{1, 5000, 2}; };
    exchange(*second, other, sizes);
    exchange(*transport, traffic, sizes);
    poll_until_all_is_here();
    const Instant deadline = now() + patience;
    while ((other.open() != 0 || second->is_sending()) && now() < deadline) second->poll(other);
    EXPECT_EQ(other.open(), 0U);
    meet();
    second->close();
}

TEST_F(MpiTransport, refuses_ranks_that_do_not_exist) {
    EXPECT_THROW(transport->send(size, Bytes()), ContractError);
    EXPECT_THROW(transport->send(-1, Bytes()), ContractError);
}

TEST_F(MpiTransport, leaves_the_programs_own_messages_alone) {
    const int number = 42 + rank;
    int received = 0;
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Isend(&number, 1, MPI_INT, (rank + 1) % size, 1, MPI_COMM_WORLD, &request);
    exchange(*transport, traffic, [](Rank, Rank) { return std::vector<std::size_t>{4, 4}; });
    poll_until_all_is_here();
    MPI_Recv(&received, 1, MPI_INT, (rank + size - 1) % size, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    EXPECT_EQ(received, 42 + (rank + size - 1) % size);
}

}  // namespace
}  // namespace rankpool

int main(int argc, char** argv) { return rankpool::run_tests_on_all_ranks(argc, argv); }
