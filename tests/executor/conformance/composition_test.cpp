#include <numeric>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Composition : public ExecutorTest {};

int refuse() { throw std::out_of_range("no such cell"); }
int sum(const std::vector<int>& values) { return std::accumulate(values.begin(), values.end(), 0); }

TEST_F(Composition, a_future_as_argument_stands_for_its_result) {
    const auto three = pool().submit(add, 1, 2);
    const auto seven = pool().submit(add, three, 4);
    EXPECT_EQ(pool().submit(add, three, seven).result(), 10);
    EXPECT_EQ(pool().submit(add, three, three).result(), 6) << "the same twice";
}

TEST_F(Composition, a_task_starts_when_the_futures_it_takes_are_done) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const Counter runs = Counter::make();
    const auto first = pool().submit(pass_with, gate, 5);
    const auto second = pool().submit(count_and_return, runs, first);
    EXPECT_THROW((void)second.result(10ms), TimeoutError);
    EXPECT_EQ(runs.value(), 0);
    gate.open();
    EXPECT_EQ(second.result(), 5);
}

TEST_F(Composition, the_result_of_a_future_is_converted_to_the_parameter) {
    const auto number = pool().submit(add, 1, 2);
    EXPECT_EQ(pool().submit([](double x) { return x / 2; }, number).result(), 1.5);
    const auto text = pool().submit([] { return std::string("text"); });
    EXPECT_EQ(pool().submit([](std::string_view view) { return view.size(); }, text).result(), 4U);
}

TEST_F(Composition, a_vector_of_futures_as_argument_stands_for_their_results) {
    const auto futures = pool().submit_all(negate, std::vector{1, 2, 3, 4});
    EXPECT_EQ(pool().submit(sum, futures).result(), -10);
    EXPECT_EQ(pool().submit(sum, std::vector<Future<int>>()).result(), 0);
    const auto flags = pool().submit_all([](int n) { return n > 2; }, std::vector{1, 2, 3});
    const auto first = [](const std::vector<bool>& all, int start) { return all.at(static_cast<std::size_t>(start)); };
    EXPECT_FALSE(pool().submit(first, flags, 0).result());
    EXPECT_TRUE(pool().submit(first, flags, pool().submit(add, 1, 1)).result());
}

TEST_F(Composition, a_future_without_a_result_is_an_order_of_tasks) {
    const Counter runs = Counter::make();
    const auto first = pool().submit([](Counter counter) { counter.add(); }, runs);
    const auto second = pool().submit([](Unit, Counter counter) { return counter.value(); }, first, runs);
    EXPECT_EQ(second.result(), 1);
}

TEST_F(Composition, long_chains_and_wide_trees_of_futures_work) {
    auto chain = pool().submit(add, 0, 0);
    for (int i = 0; i < 500; ++i) chain = pool().submit(add, chain, 1);
    EXPECT_EQ(chain.result(), 500);
    std::vector<Future<int>> level = pool().submit_all(negate, std::vector<int>(256, -1));
    while (level.size() > 1) {
        std::vector<Future<int>> next;
        for (std::size_t i = 0; i < level.size(); i += 2) next.push_back(pool().submit(add, level[i], level[i + 1]));
        level = std::move(next);
    }
    EXPECT_EQ(level[0].result(), 256);
}

TEST_F(Composition, the_failure_of_an_input_passes_through) {
    const Counter runs = Counter::make();
    const auto bad = pool().submit(refuse);
    const auto user = pool().submit(count_and_return, runs, bad);
    const auto further = user.then(negate);
    const auto many = pool().submit(sum, std::vector{pool().submit(add, 1, 2), bad});
    EXPECT_THROW((void)user.result(), std::out_of_range);
    EXPECT_THROW((void)further.result(), std::out_of_range);
    EXPECT_THROW((void)many.result(), std::out_of_range);
    const auto late = pool().submit(count_and_return, runs, bad);
    EXPECT_THROW((void)late.result(), std::out_of_range) << "also if it has failed already";
    EXPECT_EQ(runs.value(), 0);
}

TEST_F(Composition, a_future_as_argument_keeps_its_result_though_nobody_else_holds_it) {
    auto first = pool().submit([] { return std::string(10000, 'x'); });
    const auto second = pool().submit([](const std::string& text) { return text.size(); }, first);
    first = {};
    EXPECT_EQ(second.result(), 10000U);
}

TEST_F(Composition, then_submits_what_follows) {
    EXPECT_EQ(pool().submit(add, 1, 2).then(negate).then([](int n) { return std::to_string(n); }).result(), "-3");
    const Counter runs = Counter::make();
    const auto counted = pool().submit([](Counter counter) { counter.add(); }, runs);
    EXPECT_EQ(counted.then([] { return 5; }).result(), 5);
    int (*function)() = [] { return 6; };
    EXPECT_EQ(counted.then(function).result(), 6);
}

TEST_F(Composition, chains_of_ten_thousand_work_and_fail_to_their_end) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const auto first = pool().submit(pass_with, gate, 1);
    const auto bad = pool().submit([](Gate closed) -> int { return closed.wait(), refuse(); }, gate);
    const auto cancelled = pool().submit(pass_with, gate, 1);
    auto good_end = first;
    auto bad_end = bad;
    auto cancelled_end = cancelled;
    for (int i = 0; i < 10'000; ++i) {
        good_end = good_end.then(negate);
        bad_end = bad_end.then(negate);
        cancelled_end = cancelled_end.then(negate);
    }
    const bool was_cancelled = cancelled.cancel();  // Not with three slots.
    gate.open();
    EXPECT_EQ(good_end.result(patience), 1);
    EXPECT_THROW((void)bad_end.result(patience), std::out_of_range);
    if (was_cancelled) {
        EXPECT_THROW((void)cancelled_end.result(patience), CancelledError);
    } else {
        EXPECT_EQ(cancelled_end.result(patience), 1);
    }
}

TEST_F(Composition, chains_of_ten_thousand_composed_futures_work) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto zero = [](Gate gate) { return gate.wait(), std::size_t{0}; };
    const auto fail = [](Gate gate) -> std::size_t { throw std::out_of_range((gate.wait(), "no cell")); };
    const auto pass_through = [](std::size_t n) { return n; };
    const Gate gate = Gate::make();
    auto any = pool().submit(zero, gate);
    auto held = when_any(std::vector{pool().submit(zero, gate)});
    auto failed =
        when_all(std::vector{pool().submit(fail, gate)}).then([](const std::vector<std::size_t>& n) { return n[0]; });
    for (int i = 0; i < 10'000; ++i) {
        any = when_any(std::vector{any});
        held = held.then(pass_through);  // It cannot be sent before the composed one is done.
        failed = failed.then(pass_through);
    }
    gate.open();
    EXPECT_EQ(any.result(patience), 0U);
    EXPECT_EQ(held.result(patience), 0U);
    EXPECT_THROW((void)failed.result(patience), std::out_of_range);
}

TEST_F(Composition, ten_thousand_futures_are_one) {
    const auto futures = pool().submit_all(negate, std::vector(10'000, 1));
    const auto all = when_all(futures);
    const auto first = when_any(futures);
    EXPECT_EQ(pool().submit(sum, all).result(), -10'000);
    EXPECT_EQ(pool().submit(sum, futures).result(), -10'000);
    EXPECT_LT(first.result(), 10'000U);
}

TEST_F(Composition, when_all_gives_all_results_in_order) {
    const auto futures = pool().submit_all(negate, std::vector{1, 2, 3});
    EXPECT_EQ(when_all(futures).result(), (std::vector{-1, -2, -3}));
    const auto mixed = when_all(futures[0], pool().submit([] { return std::string("text"); }), pool().submit([] {}));
    EXPECT_EQ(mixed.result(), (std::tuple(-1, std::string("text"), Unit{})));
    EXPECT_TRUE(when_all(std::vector<Future<int>>()).result().empty());
}

TEST_F(Composition, when_all_fails_as_soon_as_one_fails) {
    RANKPOOL_NEEDS_BACKGROUND();
    RANKPOOL_NEEDS_SLOTS(2U);
    const Gate gate = Gate::make();
    const auto all = when_all(std::vector{pool().submit(pass_with, gate, 1), pool().submit(refuse)});
    EXPECT_THROW((void)all.result(patience), std::out_of_range);
}

TEST_F(Composition, when_any_gives_the_index_of_the_first_that_is_done) {
    RANKPOOL_NEEDS_BACKGROUND();
    RANKPOOL_NEEDS_SLOTS(2U);
    const Gate gate = Gate::make();
    const std::vector futures{pool().submit(pass_with, gate, 1), pool().submit(add, 1, 2)};
    EXPECT_EQ(when_any(futures).result(patience), 1U);
    EXPECT_EQ(when_any(std::vector{futures[0], pool().submit(refuse)}).result(patience), 1U) << "however it ended";
    EXPECT_THROW(when_any(std::vector<Future<int>>()), ContractError);
}

TEST_F(Composition, composed_futures_are_futures) {
    const auto futures = pool().submit_all(negate, std::vector{1, 2, 3});
    const auto all = when_all(futures);
    EXPECT_EQ(pool().submit(sum, all).result(), -6);
    EXPECT_EQ(all.then(sum).result(), -6);
    EXPECT_EQ(when_all(std::vector{all, all}).result().size(), 2U);
    wait(std::vector{all});
    EXPECT_TRUE(all.done());
    EXPECT_FALSE(all.cancel());
}

TEST_F(Composition, a_task_that_waits_for_a_composed_future_survives_shutdown) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const auto part = pool().submit(pass_with, gate, 5);
    const auto follower = pool().submit(sum, when_all(std::vector{part, part}));
    pool().shutdown({.wait = false});
    gate.open();
    EXPECT_EQ(follower.result(patience), 10) << "it was submitted before";
    pool().shutdown();
}

TEST_F(Composition, a_task_that_waits_for_a_composed_future_can_be_cancelled) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const auto part = pool().submit(pass_with, gate, 5);
    const auto follower = pool().submit(sum, when_all(std::vector{part, part}));
    const auto last = follower.then(negate);
    EXPECT_TRUE(follower.cancel());
    EXPECT_THROW((void)last.result(patience), CancelledError);
    gate.open();
    EXPECT_EQ(part.result(), 5);
}

}  // namespace
}  // namespace rankpool::tests
