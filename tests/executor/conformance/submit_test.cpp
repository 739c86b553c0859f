#include <array>
#include <complex>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Submit : public ExecutorTest {};

double energy(double x, int n) { return x * n; }
double energy_of_one(double x) noexcept { return x; }
std::size_t letters(const std::string& text) { return text.size(); }
std::size_t letters_seen(std::string_view text) { return text.size(); }
double sum_of(std::span<const double> values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum;
}
struct Polynomial {
    double a = 0;
    double b = 0;
    double operator()(double x) const { return a + b * x; }
};
struct Doubler {
    int operator()(int n) const { return 2 * n; }
};
struct Point {
    double x = 0;
    double y = 0;
    double norm_squared() const { return x * x + y * y; }
};
template <class T>
T maximum(T a, T b) {
    return a < b ? b : a;
}

// CPython: executor.py, test_submit.
TEST_F(Submit, gives_the_result_of_a_function) {
    const Future<double> future = pool().submit(energy, 0.5, 100);
    EXPECT_EQ(future.result(), 50.0);
    EXPECT_EQ(future.result(), 50.0) << "and again";
}

TEST_F(Submit, takes_function_pointers_chosen_at_run_time) {
    double (*chosen)(double, int) = energy;
    EXPECT_EQ(pool().submit(chosen, 2.0, 3).result(), 6.0);
    int (*others[])(int, int) = {add, maximum<int>};
    EXPECT_EQ(pool().submit(others[0], 4, 5).result(), 9);
    EXPECT_EQ(pool().submit(others[1], 4, 5).result(), 5);
    EXPECT_EQ(pool().submit(energy_of_one, 2.5).result(), 2.5);
}

TEST_F(Submit, takes_lambdas_without_captures) {
    EXPECT_EQ(pool().submit([](int a, int b) { return a - b; }, 7, 3).result(), 4);
    EXPECT_EQ(pool().submit([](auto a) { return a + a; }, std::string("ab")).result(), "abab");
}

TEST_F(Submit, takes_function_objects_with_and_without_members) {
    EXPECT_EQ(pool().submit(Doubler(), 21).result(), 42);
    EXPECT_EQ(pool().submit(Polynomial{1, 2}, 3.0).result(), 7.0);
}

TEST_F(Submit, takes_functions_known_at_compile_time) {
    EXPECT_EQ(pool().submit<&energy>(2.0, 4).result(), 8.0);
    EXPECT_EQ(pool().submit<&maximum<int>>(2, 4).result(), 4);
    EXPECT_EQ(pool().submit<&Point::norm_squared>(Point{3, 4}).result(), 25.0);
    EXPECT_EQ(pool().submit<&add>(TaskOptions{.name = "sum"}, 2, 4).result(), 6);
}

TEST_F(Submit, takes_lambdas_by_value_where_the_author_vouches) {
    int factor = 3;  // Not const: it would not be captured.
    EXPECT_EQ(pool().submit(by_value([factor](int n) { return factor * n; }), 5).result(), 15);
}

TEST_F(Submit, converts_arguments_as_a_call_would) {
    EXPECT_EQ(pool().submit(energy, 2, 3).result(), 6.0);
    EXPECT_EQ(pool().submit(letters, "energy").result(), 6U);
    const char* text = "rank";
    EXPECT_EQ(pool().submit(letters, text).result(), 4U);
    EXPECT_EQ(pool().submit([](const char* s) { return std::string(s) + "!"; }, text).result(), "rank!");
}

TEST_F(Submit, keeps_what_views_show) {
    std::vector<double> values{1, 2, 3};
    std::string text = "task";
    const Gate gate = Gate::make();
    if (executor_under_test()->runs_in_background()) hold_all_slots(gate);
    const auto sum = pool().submit(sum_of, values);
    const auto count = pool().submit(letters_seen, text);
    values.assign(3, 0.0);
    text.clear();
    gate.open();
    EXPECT_EQ(sum.result(), 6.0);
    EXPECT_EQ(count.result(), 4U);
}

TEST_F(Submit, copies_arguments_so_that_the_caller_may_change_its_own) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    std::vector<int> values{1, 2, 3};
    const auto size = pool().submit(
        [](Gate wait_for, const std::vector<int>& mine) { return wait_for.wait(), mine.size(); }, gate, values);
    values.clear();
    gate.open();
    EXPECT_EQ(size.result(), 3U);
}

TEST_F(Submit, works_without_a_result_and_without_arguments) {
    const Counter runs = Counter::make();
    const Future<void> future = pool().submit([](Counter counter) { counter.add(); }, runs);
    future.result();
    EXPECT_EQ(runs.value(), 1);
    EXPECT_EQ(pool().submit([] { return 7; }).result(), 7);
}

TEST_F(Submit, carries_all_kinds_of_values_both_ways) {
    const auto round_trip = [this](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        EXPECT_EQ(pool().submit([](const T& item) { return item; }, value).result(), value);
    };
    round_trip(true);
    round_trip('x');
    round_trip(std::int64_t{-1} << 62);
    round_trip(1.5F);
    round_trip(std::complex<double>(1, -2));
    round_trip(std::string(5000, 'r'));
    round_trip(std::string());
    round_trip(std::vector<bool>{true, false, true});
    round_trip(std::vector<std::string>{"a", "", "ccc"});
    round_trip(std::map<std::string, std::vector<int>>{{"one", {1}}, {"none", {}}});
    round_trip(std::tuple<int, std::string, std::optional<double>>{1, "two", 3.0});
    round_trip(std::variant<int, std::string>("text"));
    round_trip(std::array<std::string, 2>{"a", "b"});
    round_trip(std::optional<std::string>());
}

TEST_F(Submit, results_that_cannot_be_copied_are_moved_out) {
    auto future = pool().submit([](int n) { return std::make_unique<int>(n); }, 5);
    EXPECT_EQ(*future.result(), 5);
    const std::unique_ptr<int> mine = std::move(future).result();
    EXPECT_EQ(*mine, 5);
}

TEST_F(Submit, results_returned_by_reference_are_copied) {
    const auto future = pool().submit([]() -> const std::string& {
        static const std::string text = "static";
        return text;
    });
    EXPECT_EQ(future.result(), "static");
}

TEST_F(Submit, runs_each_task_once) {
    const Counter runs = Counter::make();
    std::vector<Future<int>> futures;
    for (int i = 0; i < 1000; ++i) futures.push_back(pool().submit(count_and_return, runs, i));
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(), i);
    EXPECT_EQ(runs.value(), 1000);
}

TEST_F(Submit, a_dropped_future_does_not_stop_its_task) {
    const Counter runs = Counter::make();
    for (int i = 0; i < 10; ++i) pool().submit(count_and_return, runs, i);
    end_pool();
    EXPECT_EQ(runs.value(), 10);
}

TEST_F(Submit, from_several_threads_at_once) {
    std::vector<std::thread> threads;
    std::array<long, 4> sums{};
    pool();
    for (std::size_t t = 0; t < sums.size(); ++t) {
        threads.emplace_back([this, t, &sums] {
            std::vector<Future<int>> futures;
            for (int i = 0; i < 200; ++i) futures.push_back(pool().submit(add, i, static_cast<int>(t)));
            for (const auto& future : futures) sums[t] += future.result();
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::size_t t = 0; t < sums.size(); ++t) EXPECT_EQ(sums[t], 19900 + 200 * static_cast<long>(t));
}

TEST_F(Submit, all_of_a_range_in_its_order) {
    const std::vector<int> items{1, 2, 3, 4};
    std::vector<int> results;
    for (const auto& future : pool().submit_all(negate, items)) results.push_back(future.result());
    EXPECT_EQ(results, (std::vector{-1, -2, -3, -4}));
    EXPECT_TRUE(pool().submit_all(negate, std::vector<int>()).empty());
    EXPECT_EQ(pool()
                  .submit_all(
                      TaskOptions{.name = "x"}, [](int) { return this_task::name(); }, items)[3]
                  .result(),
              "x");
}

}  // namespace

// CPython: test_deadlock.py, test_error_at_task_pickle, test_error_at_task_unpickle,
// test_error_during_result_pickle_on_worker, test_error_during_result_unpickle_in_result_handler.
enum class Fails { nowhere, writing, reading };
struct Fragile {
    Fails fails = Fails::nowhere;
};

}  // namespace rankpool::tests

template <>
struct rankpool::Codec<rankpool::tests::Fragile> {
    static void write(ByteWriter& writer, const tests::Fragile& item) {
        if (item.fails == tests::Fails::writing) throw std::domain_error("cannot be written");
        writer.value(item.fails);
    }
    static tests::Fragile read(ByteReader& reader) {
        const tests::Fragile item{reader.value<tests::Fails>()};
        if (item.fails == tests::Fails::reading) throw std::domain_error("cannot be read");
        return item;
    }
};

namespace rankpool::tests {

// A function object whose members need their codec.
struct Greeting {
    std::vector<std::string> words;
    std::string operator()(const std::string& name) const { return words.at(0) + name; }
    std::string operator()() const { return words.at(0); }
};

}  // namespace rankpool::tests

template <>
struct rankpool::Codec<rankpool::tests::Greeting> {
    static void write(ByteWriter& writer, const tests::Greeting& item) { encode(writer, item.words); }
    static tests::Greeting read(ByteReader& reader) { return {decode<std::vector<std::string>>(reader)}; }
};

namespace rankpool::tests {
namespace {

TEST_F(Submit, function_objects_with_a_codec_work_wherever_functions_do) {
    const Greeting greeting{{"hello "}};
    EXPECT_EQ(pool().submit(greeting, "you").result(), "hello you");
    for (const auto& text : pool().map(greeting, std::vector<std::string>{"you"})) EXPECT_EQ(text, "hello you");
    EXPECT_EQ(pool().submit([] { return std::string("you"); }).then(greeting).result(), "hello you");
    EXPECT_EQ(pool().submit([] {}).then(greeting).result(), "hello ");
}

TEST_F(Submit, an_argument_that_cannot_be_packed_is_reported_at_once) {
    if (executor_under_test()->shares_memory()) GTEST_SKIP() << "nothing is packed here";
    const auto take = [](const Fragile&) { return 1; };
    EXPECT_THROW(pool().submit(take, Fragile{Fails::writing}), std::domain_error);
    EXPECT_EQ(pool().submit(take, Fragile{}).result(), 1) << "the pool goes on";
}

TEST_F(Submit, an_argument_or_result_that_cannot_be_unpacked_is_the_tasks_failure) {
    if (executor_under_test()->shares_memory()) GTEST_SKIP() << "nothing is packed here";
    const auto take = [](const Fragile&) { return 1; };
    EXPECT_THROW(pool().submit(take, Fragile{Fails::reading}).result(), std::domain_error);
    const auto give = [](Fails fails) { return Fragile{fails}; };
    EXPECT_THROW(pool().submit(give, Fails::writing).result(), std::domain_error);
    const auto unreadable = pool().submit(give, Fails::reading);
    EXPECT_THROW(unreadable.result(), std::domain_error);
    EXPECT_THROW(unreadable.result(), std::domain_error) << "and again";
    EXPECT_EQ(pool().submit(take, Fragile{}).result(), 1) << "the pool goes on";
}

}  // namespace
}  // namespace rankpool::tests
