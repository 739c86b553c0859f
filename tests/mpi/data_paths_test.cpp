// Which way data take between ranks, and how much of them there may be.
#include <fstream>
#include <malloc.h>
#include <numeric>
#include <string>
#include <vector>

#include <rankpool/store/store.hpp>
#include <rankpool/transport/traffic.hpp>

#include "../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

struct DataPaths : ExecutorTest {
    static int ranks() { return executor_under_test()->ranks(); }
    std::uint64_t kept_by_all() {
        std::uint64_t bytes = 0;
        for (Rank rank = 1; rank < ranks(); ++rank) {
            bytes += pool().submit({.on_rank = rank}, kept_bytes_here).result(patience);
        }
        return bytes;
    }
};

using Block = std::vector<std::int64_t>;

Block make_block(std::int64_t bytes) { return Block(static_cast<std::size_t>(bytes / 8), 7); }
std::int64_t sum_of(const Block& block) { return std::accumulate(block.begin(), block.end(), std::int64_t{0}); }

std::size_t memory_in_use() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

TEST_F(DataPaths, of_what_only_workers_use_do_not_touch_rank_0) {
    if (ranks() < 3) GTEST_SKIP() << "needs two ranks beside rank 0";
    // What rank 0 sends and receives, and its memory, for so much data from rank 1 to its neighbour.
    struct Cost {
        std::uint64_t traffic;
        std::size_t memory;
    };
    const auto cost_of = [&](std::int64_t bytes) {
        const Traffic before = traffic_here();
        const std::size_t memory_before = memory_in_use();
        auto made = pool().submit({.on_rank = 1}, make_block, bytes);
        EXPECT_EQ(pool().submit({.on_rank = 2}, sum_of, made).result(patience), bytes / 8 * 7);
        EXPECT_EQ(pool().counts().kept_bytes, static_cast<std::uint64_t>(bytes));
        const std::size_t memory = memory_in_use();
        const Traffic after = traffic_here();
        return Cost{after.sent - before.sent + after.received - before.received,
                    memory > memory_before ? memory - memory_before : 0};
    };
    cost_of(1 << 20);
    const Cost small = cost_of(1 << 20);
    const Cost large = cost_of(64 << 20);
    EXPECT_LT(large.traffic, small.traffic + 2'000);
    EXPECT_LT(large.memory, std::size_t{1} << 20);
}

TEST_F(DataPaths, lead_from_the_producer_to_each_rank_once) {
    const auto numbers = pool().submit({.on_rank = 1}, make_block, std::int64_t{1 << 20});
    numbers.exception();
    const auto sent_by_rank_1 = [&] {
        return pool().submit({.on_rank = 1}, [] { return traffic_here().sent; }).result(patience);
    };
    const std::uint64_t before = sent_by_rank_1();
    for (int round = 0; round < 3; ++round) {
        for (Rank rank = 1; rank < ranks(); ++rank) {
            EXPECT_EQ(pool().submit({.on_rank = rank}, sum_of, numbers).result(patience), (1 << 17) * 7);
        }
    }
    const std::uint64_t readers = static_cast<std::uint64_t>(ranks()) - 2;
    EXPECT_LE(sent_by_rank_1() - before, readers * ((1 << 20) + 1000) + 10'000);
}

TEST_F(DataPaths, of_broadcasts_reach_all_ranks_whichever_words_come_first) {
    for (int round = 0; round < 30; ++round) {
        const auto everywhere = pool().broadcast(make_block(100'000));
        std::vector<Future<std::int64_t>> sums;
        for (Rank rank = 1; rank < ranks(); ++rank) {
            sums.push_back(pool().submit({.on_rank = rank}, sum_of, everywhere));
        }
        for (const auto& sum : sums) EXPECT_EQ(sum.result(patience), 12'500 * 7);
    }
}

// From inside a task, to submit a task and wait for it takes two messages each way: the call to rank 0, which sends it
// to a worker; the result back to rank 0, which passes it on. The task's own rank also sends a third, for which nobody
// waits: that it has done with the result.
TEST_F(DataPaths, of_nested_tasks_are_two_round_trips) {
    constexpr int rounds = 200;
    const auto nested = [](int count) {
        const std::uint64_t before = traffic_here().messages_sent;
        for (int i = 0; i < count; ++i) this_task::executor().submit(negate, i).result();
        return traffic_here().messages_sent - before;
    };
    const auto rank_0_before = traffic_here().messages_sent;
    const std::uint64_t by_rank_1 = pool().submit({.on_rank = 1}, nested, rounds).result(patience);
    const std::uint64_t by_rank_0 = traffic_here().messages_sent - rank_0_before;
    if (ranks() == 2) {
        EXPECT_LE(by_rank_1, 3 * rounds + rounds / 10);  // A task that takes long on a busy machine says so.
    }
    EXPECT_LE(by_rank_0, 2 * rounds + rounds / 10);
}

TEST_F(DataPaths, on_one_rank_are_none) {
    const auto made = pool().submit({.on_rank = 1}, [] {
        Block block = make_block(64 << 20);
        block.front() = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(block.data()));
        return block;
    });
    const auto is_where_it_was_made = [](const Block& block) {
        return block.front() == static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(block.data()));
    };
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(pool().submit({.on_rank = 1}, is_where_it_was_made, made).result(patience)) << "it was copied";
    }
}

// A million results of a few bytes each, all of them kept on the workers.
TEST_F(DataPaths, hold_a_million_tiny_objects) {
    constexpr int count = 1'000'000;
    constexpr int group = 1'000;
    {
        std::vector<int> items(count);
        std::iota(items.begin(), items.end(), 0);
        const auto placed = pool().scatter(items);
        const auto sum = [](const std::vector<int>& values) {
            return std::accumulate(values.begin(), values.end(), std::int64_t{0});
        };
        std::vector<Future<std::int64_t>> sums;
        for (int first = 0; first < count; first += 100 * group) {  // Every hundredth group is read.
            const std::vector<Future<int>> some(placed.begin() + first, placed.begin() + first + group);
            sums.push_back(pool().submit(sum, some));
        }
        std::int64_t expected = 0;
        for (int first = 0; first < count; first += 100 * group) {
            for (int i = first; i < first + group; ++i) expected += i;
        }
        std::int64_t total = 0;
        for (const auto& one : sums) total += one.result(patience);
        EXPECT_EQ(total, expected);
        wait(placed);
        EXPECT_EQ(pool().counts().kept_results, std::uint64_t{count});
    }
    EXPECT_TRUE(eventually([&] { return pool().counts().kept_results == 0; }));
    EXPECT_TRUE(eventually([&] { return kept_by_all() == 0; }));
}

std::uint64_t available_memory() {
    std::ifstream file("/proc/meminfo");
    for (std::string name, unit; file >> name;) {
        std::uint64_t kibibytes = 0;
        file >> kibibytes;
        std::getline(file, unit);
        if (name == "MemAvailable:") return kibibytes * 1024;
    }
    return 0;
}

// Where message sizes no longer fit 32 bits: kept on one rank, read on another, and fetched.
TEST_F(DataPaths, carry_more_than_2_GiB_at_once) {
    constexpr std::uint64_t bytes = (std::uint64_t{1} << 31) + (1 << 20);
    constexpr std::uint64_t needed = 6 * bytes;
    if (ranks() != 2) GTEST_SKIP() << "once is enough";
    if (available_memory() < needed) {
        GTEST_SKIP() << "needs " << (needed >> 30) << " GiB of free memory, there are " << (available_memory() >> 30);
    }
    const auto made = pool().submit(
        [](std::uint64_t size) {
            std::string text(size, 'a');
            text.back() = 'z';
            return text;
        },
        bytes);
    const std::string& text = made.result(10 * patience);
    EXPECT_EQ(text.size(), bytes);
    EXPECT_EQ(text[bytes / 2], 'a');
    EXPECT_EQ(text.back(), 'z');
}

}  // namespace
}  // namespace rankpool::tests
