#include <list>
#include <numeric>
#include <ranges>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "../../support/count_up.hpp"
#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Map : public ExecutorTest {};

template <class Range>
auto collect(Range&& range) {
    std::vector<typename std::decay_t<Range>::value_type> items;
    for (auto&& item : range) items.push_back(std::move(item));
    return items;
}

std::vector<int> numbers(int count) {
    std::vector<int> items(static_cast<std::size_t>(count));
    std::iota(items.begin(), items.end(), 0);
    return items;
}

int divide(int a, int b) { return b != 0 ? a / b : throw std::domain_error("division by zero"); }

// CPython: executor.py, test_map.
TEST_F(Map, gives_the_results_in_the_order_of_the_items) {
    const std::vector<int> items = numbers(1000);
    std::vector<int> expected;
    for (const int item : items) expected.push_back(-item);
    EXPECT_EQ(collect(pool().map(negate, items)), expected);
    for (const std::size_t chunk_size : {1U, 3U, 999U, 5000U}) {
        EXPECT_EQ(collect(pool().map({.chunk_size = chunk_size}, negate, items)), expected) << chunk_size;
    }
    for (const std::size_t buffer_size : {1U, 2U, 7U, 5000U}) {
        EXPECT_EQ(collect(pool().map({.buffer_size = buffer_size}, negate, items)), expected) << buffer_size;
    }
}

TEST_F(Map, gives_the_results_in_order_though_they_come_out_of_order) {
    RANKPOOL_NEEDS_BACKGROUND();
    RANKPOOL_NEEDS_SLOTS(2U);
    const Gate gate = Gate::make();
    const std::vector<std::pair<Gate, int>> items{{gate, 0}, {gate, 1}, {gate, 2}, {gate, 3}};
    const auto function = [](std::pair<Gate, int> item) {
        if (item.second == 0) {
            item.first.wait();
        } else {
            item.first.open();
        }
        return item.second;
    };
    EXPECT_EQ(collect(pool().map({.chunk_size = 1}, function, items)), (std::vector{0, 1, 2, 3}));
}

// CPython: test_map; test_map_buffersize_on_multiple_infinite_iterables.
TEST_F(Map, takes_several_ranges_side_by_side_as_far_as_the_shortest_goes) {
    EXPECT_EQ(collect(pool().map(add, numbers(5), std::vector{10, 20, 30})), (std::vector{10, 21, 32}));
    EXPECT_EQ(collect(pool().map(add, count_up_for_ever(0), numbers(3))), (std::vector{0, 2, 4}));
    const auto join = [](int n, const std::string& text, double x) { return text + std::to_string(n + int(x)); };
    EXPECT_EQ(collect(pool().map(join, numbers(2), std::vector<std::string>{"a", "b"}, std::list<double>{1, 2})),
              (std::vector<std::string>{"a1", "b3"}));
}

// CPython: test_map_buffersize_on_empty_iterable.
TEST_F(Map, of_nothing_is_empty) {
    EXPECT_TRUE(collect(pool().map(negate, std::vector<int>())).empty());
    EXPECT_TRUE(collect(pool().map({.buffer_size = 2}, negate, std::vector<int>())).empty());
    EXPECT_TRUE(collect(pool().map(add, numbers(3), std::vector<int>())).empty());
    EXPECT_TRUE(collect(pool().map_unordered(negate, std::vector<int>())).empty());
}

TEST_F(Map, takes_kinds_of_ranges_that_can_be_read_once_only) {
    std::istringstream text("1 2 3");
#ifdef RANKPOOL_TESTS_HAVE_VIEWS
    EXPECT_EQ(collect(pool().map(negate, std::views::istream<int>(text))), (std::vector{-1, -2, -3}));
    EXPECT_EQ(collect(pool().map(negate, std::vector{1, 2, 3} | std::views::reverse)), (std::vector{-3, -2, -1}));
    EXPECT_EQ(collect(pool().map(negate, std::views::iota(4, 6))), (std::vector{-4, -5}));
#endif
    EXPECT_EQ(collect(pool().map(negate, std::list<int>{4, 5})), (std::vector{-4, -5}));
    const std::vector<std::string> words{"a", "bb"};
    EXPECT_EQ(collect(pool().map([](std::string_view word) { return word.size(); }, words)),
              (std::vector<std::size_t>{1, 2}));
}

TEST_F(Map, gives_all_kinds_of_results) {
    EXPECT_EQ(collect(pool().map([](int n) { return n % 2 == 0; }, numbers(3))), (std::vector{true, false, true}));
    EXPECT_EQ(collect(pool().map([](int n) { return std::string(static_cast<std::size_t>(n), 'x'); }, numbers(3))),
              (std::vector<std::string>{"", "x", "xx"}));
    int sum = 0;
    for (const auto& item : pool().map([](int n) { return std::make_unique<int>(n); }, numbers(4))) sum += *item;
    EXPECT_EQ(sum, 6);
    const Counter runs = Counter::make();
    for ([[maybe_unused]] Unit unit : pool().map([](Counter counter) { counter.add(); }, std::vector(20, runs))) ++sum;
    EXPECT_EQ(sum, 26);
    EXPECT_EQ(runs.value(), 20);
}

// CPython: test_map_buffersize_on_infinite_iterable.
TEST_F(Map, reads_endless_input_as_it_goes) {
    std::vector<int> results;
    for (const int result : pool().map({.buffer_size = 4}, negate, count_up_for_ever(0))) {
        results.push_back(result);
        if (results.size() == 5) break;
    }
    EXPECT_EQ(results, (std::vector{0, -1, -2, -3, -4}));
    results.clear();
    for (const int result : pool().map(negate, count_up_for_ever(0))) {
        results.push_back(result);
        if (results.size() == 2000) break;
    }
    EXPECT_EQ(results.back(), -1999);
}

// CPython: test_map_buffersize, test_map_buffersize_when_buffer_is_full.
TEST_F(Map, keeps_at_most_buffer_size_items_in_flight) {
    for (const int buffer_size : {1, 2, 5}) {
        int read = 0;
        auto input = count_up_for_ever(0, [&read](int n) { return ++read, n; });
        const MapOptions options{.chunk_size = 1, .buffer_size = static_cast<std::size_t>(buffer_size)};
        auto results = pool().map(options, negate, input);
        EXPECT_LE(read, buffer_size);
        int seen = 0;
        for (const int result : results) {
            EXPECT_EQ(result, -seen);
            ++seen;
            EXPECT_LE(read, seen + buffer_size) << "buffer " << buffer_size;
            if (seen == 20) break;
        }
    }
}

TEST_F(Map, reads_input_of_which_nothing_comes_back_only_so_far) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    hold_all_slots(gate);
    int read = 0;
    auto input = count_up_for_ever(0, [&read](int n) { return ++read, n; });
    const auto results = pool().map(negate, input);
    EXPECT_LE(read, static_cast<int>(100 * pool().slots())) << "without buffer_size, too";
}

// CPython: test_thread_pool.py, test_map_submits_without_iteration.
TEST_F(Map, starts_before_its_results_are_read) {
    const Counter runs = Counter::make();
    const auto function = [](Counter counter) { counter.add(); };
    auto results = pool().map({.chunk_size = 1}, function, std::vector(2, runs));
    EXPECT_TRUE(eventually([&] { return runs.value() == 2; }));
}

// CPython: test_map_exception, test_map_buffersize_when_error.
TEST_F(Map, throws_an_exception_where_its_item_is_reached) {
    const std::vector<int> numerators{6, 6, 6, 6, 6, 6};
    const std::vector<int> denominators{2, 3, 1, 0, 5, 0};
    for (const std::size_t chunk_size : {0U, 1U, 2U, 4U, 6U}) {
        std::vector<int> results;
        auto range = pool().map({.chunk_size = chunk_size}, divide, numerators, denominators);
        auto at = range.begin();
        try {
            for (; at != range.end(); ++at) results.push_back(*at);
            FAIL();
        } catch (const std::domain_error& error) {
            EXPECT_STREQ(error.what(), "division by zero");
        }
        EXPECT_EQ(results, (std::vector{3, 2, 6})) << "chunks of " << chunk_size;
        EXPECT_EQ(at, range.end()) << "an exception ends the results";
    }
}

TEST_F(Map, an_exception_says_where_it_was) {
    try {
        collect(pool().map({.task = {.name = "quotients"}}, divide, std::vector{1}, std::vector{0}));
        FAIL();
    } catch (const TaskError& error) {
        EXPECT_EQ(error.task(), "quotients");
        EXPECT_EQ(error.type_name(), "std::domain_error");
        EXPECT_EQ(error.attempt(), 1U);
        EXPECT_FALSE(error.host().empty());
        EXPECT_GE(error.rank(), 0);
    }
}

// CPython: test_map_timeout.
TEST_F(Map, throws_where_a_result_is_not_there_in_time) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate open = Gate::make();
    open.open();
    const Gate never = Gate::make();
    std::vector<int> results;
    const auto read_all = [&] {
        for (const int result :
             pool().map({.chunk_size = 1, .timeout = 300ms}, pass_with, std::vector{open, open, never}, numbers(3))) {
            results.push_back(result);
        }
    };
    EXPECT_THROW(read_all(), TimeoutError);
    never.open();  // What runs on is not cancelled by dropping the results, and nobody waited for it.
    EXPECT_LE(results.size(), 2U);
}

// CPython: test_executor_map_current_future_cancel.
TEST_F(Map, dropping_the_results_cancels_what_has_not_started) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const Counter runs = Counter::make();
    hold_all_slots(gate);
    {
        auto dropped = pool().map([](Counter counter) { counter.add(); }, std::vector(20, runs));
        auto late = pool().map(
            {.timeout = 0s}, [](Counter counter) { counter.add(); }, std::vector(20, runs));
        EXPECT_THROW((void)late.begin(), TimeoutError);
        auto unordered = pool().map_unordered([](Counter counter) { counter.add(); }, std::vector(20, runs));
    }
    gate.open();
    end_pool();
    EXPECT_EQ(runs.value(), 0);
}

// CPython: test_free_reference.
TEST_F(Map, results_can_be_moved_around) {
    auto first = pool().map(negate, numbers(10));
    auto second = std::move(first);
    EXPECT_EQ(collect(second).size(), 10U);
    second = pool().map(negate, numbers(3));
    EXPECT_EQ(collect(second), (std::vector{0, -1, -2}));
}

TEST_F(Map, several_at_once_do_not_disturb_each_other) {
    auto a = pool().map(negate, numbers(100));
    auto b = pool().map([](int n) { return 2 * n; }, numbers(100));
    auto at_a = a.begin();
    auto at_b = b.begin();
    for (int i = 0; i < 100; ++i, ++at_a, ++at_b) {
        ASSERT_EQ(*at_a, -i);
        ASSERT_EQ(*at_b, 2 * i);
    }
    EXPECT_EQ(at_a, a.end());
    EXPECT_EQ(at_b, b.end());
}

TEST_F(Map, with_retries_repeats_the_failing_item_only) {
    const Counter runs = Counter::make();
    const auto fails_at_first = [](Counter counter, int n) {
        counter.add();
        if (n == 3 && this_task::attempt() == 1) throw std::runtime_error("at first");
        return n;
    };
    const std::vector<int> items = numbers(8);
    EXPECT_EQ(collect(pool().map({.task = {.retries = 1}}, fails_at_first, std::vector(8, runs), items)), items);
    EXPECT_EQ(runs.value(), 9);
}

TEST_F(Map, unordered_gives_each_result_once) {
    for (const std::size_t chunk_size : {0U, 1U, 7U}) {
        const auto results = collect(pool().map_unordered({.chunk_size = chunk_size}, negate, numbers(500)));
        EXPECT_EQ(results.size(), 500U);
        EXPECT_EQ(std::set<int>(results.begin(), results.end()).size(), 500U);
    }
}

TEST_F(Map, unordered_gives_results_as_they_come) {
    RANKPOOL_NEEDS_BACKGROUND();
    RANKPOOL_NEEDS_SLOTS(2U);
    const Gate gate = Gate::make();
    Gate open = Gate::make();
    open.open();
    std::vector<int> results;
    for (const int result :
         pool().map_unordered({.chunk_size = 1}, pass_with, std::vector{gate, open, open, open}, numbers(4))) {
        results.push_back(result);
        if (results.size() == 3) gate.open();
    }
    EXPECT_EQ(results.back(), 0);
    EXPECT_EQ(results.size(), 4U);
}

TEST_F(Map, unordered_throws_the_exceptions_of_items) {
    EXPECT_THROW(collect(pool().map_unordered(divide, std::vector{1, 1}, std::vector{1, 0})), std::domain_error);
}

TEST_F(Map, a_large_map_of_quick_items_works) {
    std::int64_t sum = 0;
    for (const std::int64_t item :
         pool().map([](std::int64_t n) { return 2 * n; }, count_up(std::int64_t{0}, std::int64_t{200'000}))) {
        sum += item;
    }
    EXPECT_EQ(sum, std::int64_t{200'000} * 199'999);
}

}  // namespace
}  // namespace rankpool::tests
