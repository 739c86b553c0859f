// put, scatter, broadcast: data on the workers, and futures that name it.
#include <map>
#include <string>
#include <vector>

#include <rankpool/store/store.hpp>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class PlacedData : public ExecutorTest {
  protected:
    static bool keeps() {
        return executor_under_test()->runs_in_background() && !executor_under_test()->shares_memory();
    }
    std::vector<Rank> ranks() {
        std::vector<Rank> all;
        const int count = executor_under_test()->ranks();
        for (Rank rank = count > 1 ? 1 : 0; rank < count; ++rank) all.push_back(rank);
        return all;
    }
    std::uint64_t kept_everywhere() {
        std::uint64_t bytes = 0;
        for (const Rank rank : ranks()) bytes += pool().submit({.on_rank = rank}, kept_bytes_here).result(patience);
        return bytes;
    }
};

using Table = std::map<std::string, std::vector<double>>;
const Table& table() {
    static const Table made{{"a", {1, 2, 3}}, {"b", std::vector<double>(10'000, 0.5)}};
    return made;
}
double sum_of(const Table& values, const std::string& row) {
    double sum = 0;
    for (const double value : values.at(row)) sum += value;
    return sum;
}

TEST_F(PlacedData, a_value_that_was_put_is_an_argument_of_any_task) {
    const auto placed = pool().put(table());
    EXPECT_EQ(pool().submit(sum_of, placed, "b").result(patience), 5'000);
    EXPECT_EQ(pool().submit(sum_of, placed, "a").result(patience), 6);
    EXPECT_EQ(placed.result(patience), table());
    EXPECT_EQ(pool().put(7).result(patience), 7);
    EXPECT_EQ(pool().put(std::string("short")).result(patience), "short");
}

TEST_F(PlacedData, scattered_items_lie_on_all_workers_and_are_read_where_they_are) {
    std::vector<std::vector<int>> items;
    for (int i = 0; i < 12; ++i) items.emplace_back(1'000, i);
    const auto futures = pool().scatter(items);
    ASSERT_EQ(futures.size(), 12U);
    wait(futures);
    const auto first = [](const std::vector<int>& item) { return item.front() + 0 * this_task::rank(); };
    for (int i = 0; i < 12; ++i) {
        EXPECT_EQ(pool().submit(first, futures[static_cast<std::size_t>(i)]).result(patience), i);
    }
    if (!keeps()) return;
    const std::size_t share = 12 / ranks().size() * 4'000;
    for (const Rank rank : ranks()) {
        EXPECT_GE(pool().submit({.on_rank = rank}, kept_bytes_here).result(patience), share) << rank;
    }
}

TEST_F(PlacedData, a_broadcast_value_gets_to_each_rank_once) {
    const std::vector<double> values(100'000, 0.25);
    const auto everywhere = pool().broadcast(values);
    const auto sum = [](const std::vector<double>& numbers) {
        double total = 0;
        for (const double number : numbers) total += number;
        return total;
    };
    for (int round = 0; round < 3; ++round) {
        for (const Rank rank : ranks()) {
            EXPECT_EQ(pool().submit({.on_rank = rank}, sum, everywhere).result(patience), 25'000);
        }
    }
    if (!keeps()) return;
    EXPECT_TRUE(eventually([&] { return kept_everywhere() / 800'000 == ranks().size(); })) << kept_everywhere();
}

// Where a value lies on this rank; tasks of one rank agree if they share it.
std::uint64_t address_of(const Table& values) { return reinterpret_cast<std::uintptr_t>(&values); }

TEST_F(PlacedData, tasks_that_read_a_broadcast_value_share_the_one_of_their_rank) {
    const auto everywhere = pool().broadcast(table());
    for (const Rank rank : ranks()) {
        const std::uint64_t first = pool().submit({.on_rank = rank}, address_of, everywhere).result(patience);
        for (int i = 0; i < 5; ++i) {
            if (!keeps()) break;
            EXPECT_EQ(pool().submit({.on_rank = rank}, address_of, everywhere).result(patience), first);
        }
    }
}

TEST_F(PlacedData, is_gone_with_its_last_handle) {
    if (!keeps()) GTEST_SKIP() << "values are in this process's memory";
    {
        const auto everywhere = pool().broadcast(std::vector<double>(100'000, 1));
        const auto placed = pool().put(std::string(200'000, 'x'));
        const auto spread = pool().scatter(std::vector<std::string>(5, std::string(1'000, 'y')));
        wait(spread);
        EXPECT_EQ(everywhere.result(patience).size(), 100'000U);
        EXPECT_EQ(placed.result(patience).size(), 200'000U);
    }
    EXPECT_TRUE(eventually([&] { return kept_everywhere() == 0; })) << kept_everywhere();
}

TEST_F(PlacedData, may_be_placed_by_tasks) {
    const auto parent = [] {
        Executor& nested = this_task::executor();
        const auto everywhere = nested.broadcast(std::vector<double>(20'000, 0.5));
        const auto sum = [](const std::vector<double>& numbers) {
            return numbers.front() * static_cast<double>(numbers.size());
        };
        double total = 0;
        std::vector<Future<double>> sums;
        for (int i = 0; i < 4; ++i) sums.push_back(nested.submit(sum, everywhere));
        for (const auto& one : nested.scatter(std::vector<double>{1, 2, 3})) total += one.result();
        for (const auto& one : sums) total += one.result();
        return total;
    };
    EXPECT_EQ(pool().submit(parent).result(patience), 40'006);
}

TEST_F(PlacedData, may_be_nothing_at_all) {
    const auto size_of = [](const std::vector<double>& items) { return items.size(); };
    const auto nothing = pool().put(std::vector<double>());
    const auto text = pool().broadcast(std::string());
    const auto unit = pool().put(Unit{});
    for (const Rank rank : ranks()) {
        EXPECT_EQ(pool().submit({.on_rank = rank}, size_of, nothing).result(patience), 0U);
        EXPECT_TRUE(pool()
                        .submit(
                            {.on_rank = rank}, [](const std::string& t, Unit) { return t.empty(); }, text, unit)
                        .result(patience));
    }
    EXPECT_TRUE(nothing.result(patience).empty());
    EXPECT_TRUE(text.result(patience).empty());
    EXPECT_EQ(unit.result(patience), Unit{});
}

}  // namespace
}  // namespace rankpool::tests
