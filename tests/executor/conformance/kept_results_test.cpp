// Large results stay on the rank that made them: who gets them, and when their memory is free again.
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <rankpool/store/store.hpp>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class KeptResults : public ExecutorTest {
  protected:
    // Bytes kept by all ranks that run tasks, told by themselves.
    std::uint64_t kept_everywhere() {
        std::uint64_t bytes = 0;
        for (const Rank rank : ranks()) bytes += pool().submit({.on_rank = rank}, kept_bytes_here).result(patience);
        return bytes;
    }
    std::vector<Rank> ranks() {
        std::vector<Rank> all;
        const int count = executor_under_test()->ranks();
        for (Rank rank = count > 1 && !rank_0_works ? 1 : 0; rank < count; ++rank) all.push_back(rank);
        return all;
    }
    Executor& make_pool_with_rank_0() {
        rank_0_works = true;
        return make_pool({.coordinator_works = true});
    }
    static bool keeps() {
        return executor_under_test()->runs_in_background() && !executor_under_test()->shares_memory();
    }
    bool rank_0_works = false;
};

using Numbers = std::vector<std::int64_t>;

Numbers count_to(std::int64_t n) {
    Numbers numbers(static_cast<std::size_t>(n));
    std::iota(numbers.begin(), numbers.end(), 1);
    return numbers;
}
std::int64_t sum_of(const Numbers& numbers) { return std::accumulate(numbers.begin(), numbers.end(), std::int64_t{0}); }
std::int64_t sum_of_two(const Numbers& a, const Numbers& b) { return sum_of(a) + sum_of(b); }
constexpr std::int64_t many = 100'000;  // 800 kB
constexpr std::int64_t sum_of_many = many * (many + 1) / 2;

TEST_F(KeptResults, come_to_whoever_asks) {
    const auto future = pool().submit(count_to, many);
    EXPECT_EQ(future.result(patience), count_to(many));
    EXPECT_EQ(future.result(patience).size(), std::size_t{many});
    EXPECT_EQ(pool().submit(count_to, many).result(patience), count_to(many));
    const auto text = pool().submit([](std::size_t size) { return std::string(size, 'x'); }, std::size_t{1'000'000});
    EXPECT_EQ(text.result(patience), std::string(1'000'000, 'x'));
}

TEST_F(KeptResults, are_named_by_their_futures_and_stay_where_they_are) {
    if (!keeps()) GTEST_SKIP() << "results are in this process's memory";
    const auto future = pool().submit(count_to, many);
    ASSERT_TRUE(eventually([&] { return future.done(); }));
    EXPECT_EQ(pool().counts().kept_results, 1U);
    EXPECT_EQ(pool().counts().kept_bytes, std::uint64_t{8 * many});
    EXPECT_EQ(kept_everywhere(), std::uint64_t{8 * many});
    const auto small = pool().submit(count_to, 10);
    EXPECT_EQ(small.result(patience).size(), 10U);
    EXPECT_EQ(pool().counts().kept_results, 1U);
}

TEST_F(KeptResults, get_to_tasks_on_any_rank) {
    make_pool_with_rank_0();
    const auto numbers = pool().submit(count_to, many);
    for (int round = 0; round < 2; ++round) {
        for (const Rank rank : ranks()) {
            EXPECT_EQ(pool().submit({.on_rank = rank}, sum_of, numbers).result(patience), sum_of_many) << rank;
        }
    }
    if (!keeps()) return;
    // Each rank has fetched it once, and keeps its copy. (Copies that are still packed are some bytes longer.)
    EXPECT_EQ(kept_everywhere() / std::uint64_t{8 * many}, ranks().size());
}

TEST_F(KeptResults, made_on_each_rank_get_to_every_other) {
    make_pool_with_rank_0();
    for (const Rank maker : ranks()) {
        const auto numbers = pool().submit({.on_rank = maker}, count_to, many);
        std::vector<Future<std::int64_t>> sums;
        for (const Rank reader : ranks()) sums.push_back(pool().submit({.on_rank = reader}, sum_of, numbers));
        for (const auto& sum : sums) EXPECT_EQ(sum.result(patience), sum_of_many) << maker;
    }
}

TEST_F(KeptResults, may_be_there_before_or_after_the_task_is_submitted) {
    const auto first = pool().submit(count_to, many);
    const auto early = pool().submit(sum_of, first);
    first.result(patience);
    const auto late = pool().submit(sum_of, first);
    EXPECT_EQ(early.result(patience), sum_of_many);
    EXPECT_EQ(late.result(patience), sum_of_many);
    EXPECT_EQ(pool().submit(sum_of_two, first, first).result(patience), 2 * sum_of_many);
    const auto second = pool().submit(count_to, many + 1);
    EXPECT_EQ(pool().submit(sum_of_two, first, second).result(patience), 2 * sum_of_many + many + 1);
}

TEST_F(KeptResults, may_be_taken_by_value_and_in_vectors) {
    const auto grow = [](Numbers numbers) {
        numbers.push_back(0);
        return numbers.size();
    };
    const auto numbers = pool().submit(count_to, many);
    EXPECT_EQ(pool().submit(grow, numbers).result(patience), std::size_t{many + 1});
    EXPECT_EQ(pool().submit(grow, numbers).result(patience), std::size_t{many + 1});
    const auto sum_all = [](const std::vector<Numbers>& all) {
        std::int64_t sum = 0;
        for (const Numbers& one : all) sum += sum_of(one);
        return sum;
    };
    EXPECT_EQ(pool().submit(sum_all, std::vector{numbers, numbers, pool().submit(count_to, 10)}).result(patience),
              2 * sum_of_many + 55);
}

TEST_F(KeptResults, free_their_memory_when_the_last_handle_is_gone) {
    if (!keeps()) GTEST_SKIP() << "results are in this process's memory";
    {
        auto numbers = pool().submit(count_to, many);
        auto copy = numbers;
        std::vector<Future<std::int64_t>> sums;
        for (const Rank rank : ranks()) sums.push_back(pool().submit({.on_rank = rank}, sum_of, numbers));
        wait(sums);
        numbers = {};
        EXPECT_EQ(pool().counts().kept_results, 1U);
    }
    EXPECT_TRUE(eventually([&] { return pool().counts().kept_results == 0; }));
    EXPECT_TRUE(eventually([&] { return kept_everywhere() == 0; }));
}

TEST_F(KeptResults, live_as_long_as_a_waiting_task_needs_them) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    Future<std::int64_t> sum;
    {
        const auto numbers = pool().submit(count_to, many);
        const auto blocked = pool().submit(pass_with, gate, 7);
        sum = pool().submit([](const Numbers& items, int more) { return sum_of(items) + more; }, numbers, blocked);
    }
    gate.open();
    EXPECT_EQ(sum.result(patience), sum_of_many + 7);
    EXPECT_TRUE(!keeps() || eventually([&] { return kept_everywhere() == 0; }));
}

TEST_F(KeptResults, nobody_wanted_are_dropped_too) {
    if (!keeps()) GTEST_SKIP() << "results are in this process's memory";
    for (int i = 0; i < 50; ++i) pool().submit(count_to, many);
    const auto last = pool().submit(add, 1, 2);
    last.result(patience);
    EXPECT_TRUE(eventually([&] { return kept_everywhere() == 0; }));
}

TEST_F(KeptResults, leave_no_memory_behind_under_failures_retries_and_cancelling) {
    if (!keeps()) GTEST_SKIP() << "results are in this process's memory";
    const auto fail_at_first = [](const Numbers& numbers) {
        if (this_task::attempt() == 1) throw std::runtime_error("first");
        return numbers;
    };
    {
        std::vector<Future<Numbers>> futures;
        for (int i = 0; i < 30; ++i) {
            const auto numbers = pool().submit(count_to, many);
            futures.push_back(pool().submit({.retries = i % 2}, fail_at_first, numbers));
            futures.push_back(numbers.then([](const Numbers& items) { return items; }));
            if (i % 3 == 0) futures.back().cancel();
        }
        wait(futures);
    }
    EXPECT_TRUE(eventually([&] { return kept_everywhere() == 0; }));
    EXPECT_EQ(pool().counts().kept_results, 0U);
}

TEST_F(KeptResults, of_nested_tasks_get_to_their_parents_and_to_other_tasks) {
    const auto parent = [] {
        Executor& nested = this_task::executor();
        const auto numbers = nested.submit(count_to, many);
        const auto sum = nested.submit(sum_of, numbers);  // Without its value passing through the parent.
        const std::int64_t own = sum_of(numbers.result());
        const auto again = nested.submit(sum_of, numbers);
        return own + sum.result() + again.result();
    };
    std::vector<Future<std::int64_t>> sums;
    for (int i = 0; i < 8; ++i) sums.push_back(pool().submit(parent));
    for (const auto& sum : sums) EXPECT_EQ(sum.result(patience), 3 * sum_of_many);
    EXPECT_TRUE(!keeps() || eventually([&] { return kept_everywhere() == 0; }));
}

TEST_F(KeptResults, are_there_after_the_end_of_the_pool) {
    const auto read = pool().submit(count_to, many);
    const auto unread = pool().submit(count_to, many);
    read.result(patience);
    pool().shutdown();
    EXPECT_EQ(sum_of(read.result(patience)), sum_of_many);
    EXPECT_EQ(sum_of(unread.result(patience)), sum_of_many);
}

TEST_F(KeptResults, may_be_composed_and_be_inputs_elsewhere) {
    const auto a = pool().submit(count_to, many);
    const auto b = pool().submit(count_to, 10);
    const auto both = when_all(a, b);
    EXPECT_EQ(sum_of(std::get<0>(both.result(patience))), sum_of_many);
    ThreadPoolExecutor threads({.slots = 1});
    EXPECT_EQ(static_cast<Executor&>(threads).submit(sum_of, a).result(patience), sum_of_many);
}

using Owners = std::vector<std::unique_ptr<std::int64_t>>;

TEST_F(KeptResults, need_not_be_copyable) {
    const auto make = [] {
        Owners owners;
        for (std::int64_t i = 0; i < 50'000; ++i) owners.push_back(std::make_unique<std::int64_t>(i));
        return owners;
    };
    const auto count = [](Owners owners) { return owners.size(); };
    const auto owners = pool().submit(make);
    EXPECT_EQ(pool().submit(count, owners).result(patience), 50'000U);
    EXPECT_EQ(*owners.result(patience).back(), 49'999);
}

TEST_F(KeptResults, of_a_million_bytes_pass_along_a_chain) {
    Future<Numbers> numbers = pool().submit(count_to, many);
    for (int i = 0; i < 50; ++i) {
        numbers = numbers.then([](Numbers items) {
            ++items.front();
            return items;
        });
    }
    EXPECT_EQ(numbers.result(patience).front(), 51);
    EXPECT_EQ(sum_of(numbers.result(patience)), sum_of_many + 50);
}

}  // namespace
}  // namespace rankpool::tests
