#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "../../support/count_up.hpp"
#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Reduce : public ExecutorTest {};

double reciprocal(int n) { return 1.0 / (n + 1); }
double plus(double a, double b) { return a + b; }
std::string word(int n) { return std::to_string(n) + ' '; }
std::string join(const std::string& a, const std::string& b) { return a + b; }
int refuse_some(int n) { return n == 170 || n == 400 ? throw std::out_of_range("no cell") : n; }

TEST_F(Reduce, gives_the_sum_of_all_items) {
    for (const int count : {1, 2, 63, 64, 65, 128, 513, 1000, 5000}) {
        EXPECT_EQ(pool().map_reduce(negate, add, count_up(0, count)).result(), -count * (count - 1) / 2) << count;
    }
    EXPECT_EQ(pool().map_reduce([](int n) { return n * n; }, std::plus<>(), std::vector{1, 2, 3}).result(), 14);
}

// The operation need not be commutative.
TEST_F(Reduce, keeps_the_order_of_the_items) {
    for (const std::size_t leaf_size : {1U, 2U, 3U, 7U, 100U}) {
        for (const std::size_t fan_in : {2U, 3U, 8U}) {
            for (const int count : {1, 2, 9, 50}) {
                std::string expected;
                for (int i = 0; i < count; ++i) expected += word(i);
                const ReduceOptions options{.leaf_size = leaf_size, .fan_in = fan_in};
                EXPECT_EQ(pool().map_reduce(options, word, join, count_up(0, count)).result(), expected);
            }
        }
    }
}

// Floating-point addition is not associative: other trees round differently.
TEST_F(Reduce, has_the_same_bits_on_every_executor) {
    SerialExecutor reference;
    bool has_other_bits = false;
    for (const int count : {10, 64, 65, 700, 5000}) {
        const auto items = count_up(0, count);
        const auto bits = [](double x) { return std::bit_cast<std::uint64_t>(x); };
        const double expected = reference.map_reduce(reciprocal, plus, items).result();
        for (int again = 0; again < 3; ++again) {
            EXPECT_EQ(bits(pool().map_reduce(reciprocal, plus, items).result()), bits(expected)) << count;
        }
        EXPECT_EQ(bits(pool().map_reduce({.buffer_size = 2}, reciprocal, plus, items).result()), bits(expected));
        double from_left = 0;
        for (const int n : items) from_left += reciprocal(n);
        has_other_bits |= bits(from_left) != bits(expected);
    }
    EXPECT_TRUE(has_other_bits) << "these items do not tell trees apart";
}

TEST_F(Reduce, of_nothing_is_its_start) {
    EXPECT_THROW(pool().map_reduce(negate, add, std::vector<int>()), ConfigError);
    EXPECT_EQ(pool().map_reduce(negate, add, std::vector<int>(), 5).result(), 5);
    EXPECT_EQ(pool().map_reduce(word, join, std::vector{1, 2}, "start ").result(), "start 1 2 ");
}

TEST_F(Reduce, reads_its_input_as_it_goes) {
    int read = 0;
    const Gate gate = Gate::make();
    const auto read_and_count = count_up(0, 4000, [&](int n) {
        ++read;
        if (read == 100) gate.open();
        return std::pair(gate, n);
    });
    const auto pass_first = [](std::pair<Gate, int> item) {
        if (item.second == 0 && executor_under_test()->runs_in_background()) item.first.wait();
        return item.second;
    };
    const ReduceOptions options{.leaf_size = 1, .buffer_size = 200};
    EXPECT_EQ(pool().map_reduce(options, pass_first, add, read_and_count).result(), 4000 * 3999 / 2);
    std::istringstream once("1 2 3");
#ifdef RANKPOOL_TESTS_HAVE_VIEWS
    EXPECT_EQ(pool().map_reduce(negate, add, std::views::istream<int>(once)).result(), -6);
#endif
}

TEST_F(Reduce, bounds_what_is_in_flight) {
    const Counter finished = Counter::make();
    int read = 0;
    const auto items = count_up(0, 500, [&](int) {
        const int leaves = read++ / 10;
        EXPECT_GE(finished.value(), 10 * (leaves - 5)) << "with " << read << " items read";
        return finished;
    });
    const auto count = [](Counter counter) { return counter.add(), 1; };
    EXPECT_EQ(pool().map_reduce({.leaf_size = 10, .buffer_size = 5}, count, add, items).result(), 500);
}

TEST_F(Reduce, reports_the_first_item_that_fails) {
    for (int again = 0; again < 5; ++again) {
        const auto failed = pool().map_reduce({.leaf_size = 10}, refuse_some, add, count_up(0, 1000));
        try {
            (void)failed.result();
            ADD_FAILURE() << "item 170 does not fail";
        } catch (const std::out_of_range& error) {
            EXPECT_STREQ(error.what(), "no cell");
        }
        try {
            (void)failed.result();
        } catch (const TaskError& error) {
            EXPECT_TRUE(error.task().ends_with(", item 170")) << error.task();
            EXPECT_EQ(error.attempt(), 1U);
        }
    }
}

TEST_F(Reduce, stops_reading_after_a_failure) {
    const auto endless = pool().map_reduce({.leaf_size = 1}, refuse_some, add, count_up_for_ever(0));
    EXPECT_THROW((void)endless.result(), std::out_of_range);
}

TEST_F(Reduce, reports_a_failure_of_the_operation) {
    const auto refuse_sums = [](int a, int b) { return a + b > 100 ? throw std::range_error("too large") : a + b; };
    const auto failed = pool().map_reduce(
        {.leaf_size = 4}, [](int n) { return n; }, refuse_sums, count_up(0, 40));
    EXPECT_THROW((void)failed.result(), std::range_error);
}

TEST_F(Reduce, tries_leaves_again) {
    const auto fail_at_first = [](int n) {
        return this_task::attempt() == 1 && n % 7 == 0 ? throw std::runtime_error("once more") : n;
    };
    const ReduceOptions options{.leaf_size = 10, .task = {.retries = 1}};
    EXPECT_EQ(pool().map_reduce(options, fail_at_first, add, count_up(0, 100)).result(), 4950);
}

TEST_F(Reduce, is_a_future_like_any_other) {
    EXPECT_EQ(pool().map_reduce(negate, add, std::vector{1, 2}).then(negate).result(), 3);
    const auto inside = [](int count) {
        return this_task::executor().map_reduce(reciprocal, plus, count_up(0, count)).result();
    };
    EXPECT_EQ(pool().submit(inside, 1000).result(), pool().map_reduce(reciprocal, plus, count_up(0, 1000)).result());
}

TEST_F(Reduce, gives_each_item_its_own_random_numbers) {
    const auto draw = [](int) { return this_task::rng()() >> 20; };
    const auto sum = [](std::uint64_t a, std::uint64_t b) { return a + b; };
    SerialExecutor reference;
    make_pool({});
    const auto expected = reference.map_reduce({.leaf_size = 7}, draw, sum, count_up(0, 100)).result();
    EXPECT_EQ(pool().map_reduce({.leaf_size = 50}, draw, sum, count_up(0, 100)).result(), expected);
}

}  // namespace
}  // namespace rankpool::tests
