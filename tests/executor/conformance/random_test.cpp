#include <cstdint>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "../../support/count_up.hpp"
#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Random : public ExecutorTest {};

using Numbers = std::vector<std::uint64_t>;

std::uint64_t draw() { return this_task::rng()(); }
std::uint64_t draw_for(int) { return draw(); }
Numbers draw_three() {
    draw();
    return {draw(), draw(), draw()};
}

// Draws in an item, in a task that the item submits, and in the item again.
Numbers draw_around_a_nested_task(int count) {
    Numbers numbers{draw()};
    std::vector<Future<std::uint64_t>> nested;
    for (int i = 0; i < count; ++i) nested.push_back(this_task::executor().submit(draw));
    for (const auto& future : nested) numbers.push_back(future.result());
    numbers.push_back(draw());
    return numbers;
}

void append(Numbers& all, const Numbers& more) { all.insert(all.end(), more.begin(), more.end()); }

// Every way to make tasks, most of them without keys.
Numbers campaign(Executor& pool, std::size_t chunk_size) {
    Numbers all{pool.submit(draw).result(), pool.submit({.key = "cell 7"}, draw).result(), pool.submit(draw).result()};
    const auto nested = pool.submit_all(draw_around_a_nested_task, std::vector{0, 1, 3});
    for (const auto& future : nested) append(all, future.result());
    for (const auto& drawn : pool.map({.chunk_size = chunk_size}, draw_around_a_nested_task, std::vector{2, 0, 1, 2})) {
        append(all, drawn);
    }
    for (const auto number : pool.map({.chunk_size = chunk_size}, draw_for, count_up(0, 50))) {
        all.push_back(number);
    }
    for (const auto& future : pool.submit_all({.key = "all"}, draw_for, std::vector(5, 0))) {
        all.push_back(future.result());
    }
    for (const auto number : pool.map({.task = {.key = "mapped"}}, draw_for, std::vector(5, 0))) all.push_back(number);
    all.push_back(pool.submit([] { return 1; }).then([](int) { return draw(); }).result());
    return all;
}

TEST_F(Random, is_the_same_on_every_executor_and_for_any_chunks) {
    SerialExecutor reference;
    const Numbers expected = campaign(reference, 1);
    EXPECT_EQ(campaign(pool(), 7), expected);
    EXPECT_EQ(campaign(make_pool({}), 0), expected) << "again, in a pool of its own";
}

TEST_F(Random, differs_between_tasks_and_between_items) {
    const Numbers all = campaign(pool(), 3);
    EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size());
}

TEST_F(Random, of_a_task_with_a_key_follows_from_seed_and_key) {
    make_pool({.seed = 42});
    pool().submit(draw).result();
    RandomStream expected(42, stream_of_key("cell 7"));
    EXPECT_EQ(pool().submit({.key = "cell 7"}, draw).result(), expected());
    const auto submit_inside = [] { return this_task::executor().submit({.key = "cell 7"}, draw_three).result(); };
    EXPECT_EQ(pool().submit(submit_inside).result(), (Numbers{expected(), expected(), expected()}))
        << "whoever submits it";
}

TEST_F(Random, follows_the_seed) {
    make_pool({.seed = 1});
    const Numbers one = campaign(pool(), 0);
    make_pool({.seed = 2});
    const Numbers two = campaign(pool(), 0);
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NE(one[i], two[i]) << i;
}

TEST_F(Random, starts_again_with_every_attempt) {
    const auto draw_and_fail_at_first = [] {
        const Numbers numbers = draw_around_a_nested_task(2);
        if (this_task::attempt() < 3) throw std::runtime_error("once more");
        return numbers;
    };
    const auto numbers = pool().submit({.key = "k", .retries = 2}, draw_and_fail_at_first).result();
    EXPECT_EQ(numbers, pool().submit({.key = "k"}, draw_around_a_nested_task, 2).result());
    const auto item_that_fails_at_first = [](int) {
        const std::uint64_t number = draw();
        if (this_task::attempt() < 2) throw std::runtime_error("once more");
        return number;
    };
    SerialExecutor reference;
    Numbers expected;
    Numbers retried;
    make_pool({});
    for (const auto n : reference.map(draw_for, std::vector(4, 0))) expected.push_back(n);
    for (const auto n : pool().map({.task = {.retries = 1}}, item_that_fails_at_first, std::vector(4, 0))) {
        retried.push_back(n);
    }
    EXPECT_EQ(retried, expected);
}

TEST_F(Random, goes_on_while_the_task_waits_and_others_run) {
    const auto draw_between_waits = [] {
        Numbers numbers;
        for (int i = 0; i < 3; ++i) {
            numbers.push_back(draw());
            this_task::executor().submit(draw).result();
        }
        return numbers;
    };
    RandomStream expected(RandomStream::default_seed, stream_of_key("k"));
    EXPECT_EQ(pool().submit({.key = "k"}, draw_between_waits).result(), (Numbers{expected(), expected(), expected()}));
}

TEST_F(Random, works_with_the_distributions_of_the_standard) {
    const auto mean = [](int count) {
        std::uniform_real_distribution<double> uniform;
        double sum = 0;
        for (int i = 0; i < count; ++i) sum += uniform(this_task::rng());
        return sum / count;
    };
    // The mean of 10,000 has a standard deviation of 0.003.
    EXPECT_NEAR(pool().submit(mean, 10'000).result(), 0.5, 0.02);
}

TEST_F(Random, is_for_tasks_only) { EXPECT_THROW(this_task::rng(), ContractError); }

}  // namespace
}  // namespace rankpool::tests
