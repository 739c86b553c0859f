// Ranks keep so much of results in memory, so much on disk, and no more as long as something else can go on.
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <rankpool/store/store.hpp>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

using Numbers = std::vector<std::int64_t>;

Numbers count_from(std::int64_t first, std::int64_t n) {
    Numbers numbers(static_cast<std::size_t>(n));
    std::iota(numbers.begin(), numbers.end(), first);
    return numbers;
}
std::int64_t sum_of(const Numbers& numbers) { return std::accumulate(numbers.begin(), numbers.end(), std::int64_t{0}); }

constexpr std::int64_t many = 50'000;
constexpr std::size_t bytes_of_one = 8 * many;
constexpr std::size_t small_budget = 1'000'000;  // Room for two of them.
std::int64_t sum_from(std::int64_t first) { return many * first + many * (many - 1) / 2; }

struct MemoryBudget : ExecutorTest {
    static bool keeps() {
        return executor_under_test()->runs_in_background() && !executor_under_test()->shares_memory();
    }
    // Memory and disk that results take on all ranks, told by themselves.
    std::uint64_t kept_everywhere() {
        std::uint64_t bytes = 0;
        for (Rank rank = 0; rank < executor_under_test()->ranks(); ++rank) {
            bytes += pool()
                         .submit({.on_rank = rank}, [] { return kept_bytes_here() + spilled_bytes_here(); })
                         .result(patience);
        }
        return bytes;
    }
    std::size_t slots_of_one() { return pool().slots() / static_cast<std::size_t>(executor_under_test()->ranks()); }
    std::vector<Future<Numbers>> make_numbers(std::int64_t count) {
        std::vector<Future<Numbers>> made;
        for (std::int64_t i = 0; i < count; ++i) made.push_back(pool().submit(count_from, i, many));
        return made;
    }
    void expect_nothing_left() {
        EXPECT_TRUE(!keeps() || eventually([&] { return kept_everywhere() == 0; })) << kept_everywhere();
    }
};

TEST_F(MemoryBudget, sends_what_is_too_much_to_disk_from_where_it_comes_back) {
    make_pool({.coordinator_works = true, .memory_budget = small_budget});
    {
        const auto numbers = make_numbers(40);
        std::vector<Future<std::int64_t>> sums;
        for (const auto& one : numbers) sums.push_back(pool().submit(sum_of, one));
        for (std::int64_t i = 0; i < 40; ++i) {
            EXPECT_EQ(sums[static_cast<std::size_t>(i)].result(patience), sum_from(i)) << i;
            EXPECT_EQ(sum_of(numbers[static_cast<std::size_t>(i)].result(patience)), sum_from(i)) << i;
        }
        // Nobody waits for the last words of the other ranks.
        EXPECT_TRUE(!keeps() || eventually([&] { return pool().counts().spilled_bytes >= 10 * bytes_of_one; }));
    }
    expect_nothing_left();
    if (!keeps()) return;
    EXPECT_EQ(pool().counts().memory_budget, small_budget);
    EXPECT_TRUE(eventually([&] { return pool().counts().disk_bytes == 0; }));
}

TEST_F(MemoryBudget, holds_for_values_that_other_ranks_made_too) {
    make_pool({.coordinator_works = true, .memory_budget = small_budget});
    {
        const auto numbers = make_numbers(12);
        for (Rank rank = 0; rank < executor_under_test()->ranks(); ++rank) {
            std::vector<Future<std::int64_t>> sums;
            for (const auto& one : numbers) sums.push_back(pool().submit({.on_rank = rank}, sum_of, one));
            for (std::int64_t i = 0; i < 12; ++i) {
                EXPECT_EQ(sums[static_cast<std::size_t>(i)].result(patience), sum_from(i)) << rank << ' ' << i;
            }
        }
    }
    expect_nothing_left();
}

TEST_F(MemoryBudget, lets_a_task_have_more_inputs_than_fit) {
    make_pool({.coordinator_works = true, .memory_budget = small_budget});
    const auto sum_all = [](const std::vector<Numbers>& all) {
        std::int64_t sum = 0;
        for (const Numbers& one : all) sum += sum_of(one);
        return sum;
    };
    {
        auto numbers = make_numbers(10);
        numbers.push_back(numbers.front());
        std::int64_t expected = sum_from(0);
        for (std::int64_t i = 0; i < 10; ++i) expected += sum_from(i);
        EXPECT_EQ(pool().submit(sum_all, numbers).result(patience), expected);
        EXPECT_EQ(pool().submit(sum_all, numbers).result(patience), expected);
    }
    expect_nothing_left();
}

TEST_F(MemoryBudget, makes_producers_wait_where_the_disk_has_no_room_either) {
    RANKPOOL_NEEDS_BACKGROUND();
    make_pool({.coordinator_works = true, .memory_budget = small_budget, .spill_budget = 0});
    {
        auto numbers = make_numbers(40);
        for (std::int64_t i = 0; i < 40; ++i) {
            auto one = std::move(numbers[static_cast<std::size_t>(i)]);
            EXPECT_EQ(sum_of(one.result(patience)), sum_from(i)) << i;
        }
    }
    expect_nothing_left();
    if (!keeps()) return;
    // Where a task starts there is still room; all slots of a rank may find that at once.
    EXPECT_LE(pool().counts().memory_peak, small_budget + (slots_of_one() + 2) * (bytes_of_one + 100));
    EXPECT_EQ(pool().counts().spilled_bytes, 0U);
}

TEST_F(MemoryBudget, holds_nothing_up_for_ever) {
    make_pool({.coordinator_works = true, .memory_budget = 1000, .spill_budget = 0});
    {
        const auto numbers = make_numbers(20);  // All are wanted in the end, and none fits.
        wait(numbers);
        for (std::int64_t i = 0; i < 20; ++i) {
            const auto sum = pool().submit(sum_of, numbers[static_cast<std::size_t>(i)]);
            EXPECT_EQ(sum.result(patience), sum_from(i)) << i;
        }
    }
    expect_nothing_left();
}

TEST_F(MemoryBudget, holds_nobody_up_who_only_looks) {
    RANKPOOL_NEEDS_BACKGROUND();
    make_pool({.coordinator_works = true, .memory_budget = 1000, .spill_budget = 0});
    const auto numbers = make_numbers(2);
    for (const auto& one : numbers) EXPECT_TRUE(eventually([&] { return one.done(); }));
}

TEST_F(MemoryBudget, holds_for_what_tasks_submit) {
    make_pool({.coordinator_works = true, .memory_budget = 1000, .spill_budget = 3 * bytes_of_one});
    const auto parent = [](std::int64_t count) {
        std::vector<Future<Numbers>> children;
        for (std::int64_t i = 0; i < count; ++i) children.push_back(this_task::executor().submit(count_from, i, many));
        std::int64_t sum = 0;
        for (auto& child : children) sum += sum_of(std::exchange(child, {}).result());
        return sum;
    };
    std::int64_t expected = 0;
    for (std::int64_t i = 0; i < 10; ++i) expected += sum_from(i);
    std::vector<Future<std::int64_t>> parents;
    for (int i = 0; i < 3; ++i) parents.push_back(pool().submit(parent, std::int64_t{10}));
    for (const auto& one : parents) EXPECT_EQ(one.result(patience), expected);
    parents.clear();
    expect_nothing_left();
}

TEST_F(MemoryBudget, leaves_nothing_behind_under_failures_retries_and_cancelling) {
    make_pool({.coordinator_works = true, .memory_budget = small_budget, .spill_budget = 5 * bytes_of_one});
    const auto fail_at_first = [](const Numbers& numbers) {
        if (this_task::attempt() == 1) throw std::runtime_error("first");
        return numbers;
    };
    {
        std::vector<Future<Numbers>> futures;
        for (std::int64_t i = 0; i < 30; ++i) {
            const auto numbers = pool().submit(count_from, i, many);
            futures.push_back(pool().submit({.retries = static_cast<int>(i % 2)}, fail_at_first, numbers));
            futures.push_back(numbers.then([](const Numbers& items) { return items; }));
            if (i % 3 == 0) futures.back().cancel();
        }
        wait(futures);
    }
    expect_nothing_left();
}

TEST_F(MemoryBudget, lets_a_pool_end_with_results_on_disk) {
    make_pool({.coordinator_works = true, .memory_budget = 1000});
    const auto numbers = make_numbers(8);
    wait(numbers);
    pool().shutdown();
    for (std::int64_t i = 0; i < 8; ++i) {
        EXPECT_EQ(sum_of(numbers[static_cast<std::size_t>(i)].result(patience)), sum_from(i)) << i;
    }
}

}  // namespace
}  // namespace rankpool::tests
