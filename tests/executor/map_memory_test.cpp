// What a map over many items takes: memory for what is in flight, and tasks of a size that is worth sending.
#include <algorithm>
#include <cstdint>
#include <malloc.h>

#include <gtest/gtest.h>

#include <rankpool/core/sanitizers.hpp>
#include <rankpool/executor/chunk_size.hpp>
#include <rankpool/rankpool.hpp>

#include "../support/count_up.hpp"

namespace rankpool {
namespace {

constexpr std::uint64_t items = 10'000'000;

#if defined(RANKPOOL_HAS_ASAN) || defined(RANKPOOL_HAS_TSAN)
constexpr bool has_own_allocator = true;
#else
constexpr bool has_own_allocator = false;
#endif

std::uint64_t live_bytes() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}
/// The indices of ten million items.
class Indices {
  public:
    auto begin() const { return range_.begin(); }
    auto end() const { return range_.end(); }
    std::size_t size() const { return items; }

  private:
    decltype(tests::count_up(std::uint64_t{0}, items)) range_ = tests::count_up(std::uint64_t{0}, items);
};

std::uint64_t next_of(std::uint64_t x) { return x + 1; }

TEST(MapMemory, of_ten_million_items_is_that_of_the_items_in_flight) {
    if (has_own_allocator) GTEST_SKIP() << "the sanitizer has an allocator of its own";
    ThreadPoolExecutor threads(PoolOptions{.slots = 2, .check_serialization = true});
    Executor& pool = threads;
    const std::uint64_t before = live_bytes();
    std::uint64_t most = 0;
    std::uint64_t sum = 0;
    std::uint64_t count = 0;
    for (const std::uint64_t x : pool.map(next_of, Indices{})) {
        sum += x;
        if (++count % 100'000 == 0) most = std::max(most, live_bytes());
    }
    EXPECT_EQ(count, items);
    EXPECT_EQ(sum, items * (items + 1) / 2);
    // Arguments alone would take 80 MB. In flight are 4 chunks of 65,536 items for each slot, 8 bytes each way.
    EXPECT_LT(most - before, items * sizeof(std::uint64_t) / 2);
    RecordProperty("live_bytes_max", static_cast<int>(most - before));
    EXPECT_LT(pool.counts().submitted, items / 100);
}

TEST(MapMemory, of_results_that_nobody_reads_is_bounded) {
    if (has_own_allocator) GTEST_SKIP() << "the sanitizer has an allocator of its own";
    ThreadPoolExecutor threads(PoolOptions{.slots = 2, .check_serialization = true});
    Executor& pool = threads;
    const std::uint64_t before = live_bytes();
    auto results = pool.map(next_of, Indices{});
    pool.submit(next_of, 1U).result();
    EXPECT_LT(live_bytes() - before, 1'000'000U);
    EXPECT_LT(pool.counts().submitted, 100U);
}

TEST(ChunkSize, grows_to_200_us_of_work_and_shrinks_toward_the_end) {
    detail::ChunkSize sizes({}, 4, items);
    std::uint64_t left = items;
    std::size_t most = 0;
    std::size_t last = 0;
    while (left != 0) {
        const std::size_t size = sizes.next();
        EXPECT_LE(size, std::max<std::uint64_t>(left / 16, 1)) << left << " are left";
        EXPECT_LE(size, 4 * std::max<std::size_t>(most, 1));
        most = std::max(most, size);
        last = size;
        left -= size;
        sizes.sent(size);
        sizes.learned(size, size * 100);  // 100 ns each
    }
    EXPECT_EQ(most, 2000U);
    EXPECT_EQ(last, 1U);
}

}  // namespace
}  // namespace rankpool
