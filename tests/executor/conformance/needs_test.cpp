// What tasks ask of the worker that is to run them: resources, a rank, time.
#include <algorithm>
#include <string>
#include <vector>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Needs : public ExecutorTest {};

// How many tasks hold the resource at once: the most that was seen in this process.
std::atomic<int> at_once{0};
std::atomic<int> most_at_once{0};
int hold_for_a_moment(int value) {
    const int present = ++at_once;
    int most = most_at_once;
    while (present > most && !most_at_once.compare_exchange_weak(most, present)) {
    }
    std::this_thread::sleep_for(2ms);
    --at_once;
    return value;
}
int most_seen(int) { return most_at_once.exchange(0); }

template <class Call>
std::string infeasible_words(Call call) {
    try {
        call();
    } catch (const InfeasibleError& error) {
        return error.what();
    }
    ADD_FAILURE() << "the task could run";
    return "";
}

TEST_F(Needs, a_resource_limits_how_many_run_at_once_in_a_rank) {
    make_pool({.slots = 4, .gpus = 2});
    std::vector<Future<int>> futures;
    for (int i = 0; i < 40; ++i) futures.push_back(pool().submit({.resources = {{"gpu", 1}}}, hold_for_a_moment, i));
    for (int i = 0; i < 40; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(patience), i);
    if (executor_under_test()->ranks() > 2) return;  // Other processes have counted for themselves.
    EXPECT_LE(pool().submit(most_seen, 0).result(patience), 2);
}

TEST_F(Needs, fractions_of_a_resource_add_up) {
    make_pool({.slots = 8, .gpus = 1});
    std::vector<Future<int>> futures;
    for (int i = 0; i < 40; ++i) futures.push_back(pool().submit({.resources = {{"gpu", 0.3}}}, hold_for_a_moment, i));
    wait(futures);
    if (executor_under_test()->ranks() > 2) return;
    EXPECT_LE(pool().submit(most_seen, 0).result(patience), 3);
}

TEST_F(Needs, what_no_worker_has_fails_and_says_what_is_missing) {
    make_pool({.gpus = 2});
    const std::string words = infeasible_words([&] {
        (void)pool().submit({.resources = {{"gpu", 3}}}, add, 1, 2).result(patience);
    });
    EXPECT_NE(words.find("1 gpu"), std::string::npos) << words;
    EXPECT_NE(words.find("RANKPOOL_RESOURCES"), std::string::npos) << words;
    infeasible_words([&] { (void)pool().submit({.resources = {{"tpu", 1}}}, add, 1, 2).result(patience); });
    // Others are not harmed.
    EXPECT_EQ(pool().submit({.resources = {{"gpu", 2}}}, add, 1, 2).result(patience), 3);
}

TEST_F(Needs, the_first_variant_that_can_be_met_will_do) {
    make_pool({.gpus = 1});
    EXPECT_EQ(pool().submit({.resources = {{"gpu", 8}}, .or_resources = {{{"gpu", 1}}}}, add, 1, 2).result(patience),
              3);
    infeasible_words([&] {
        const TaskOptions options{.resources = {{"gpu", 8}}, .or_resources = {{{"tpu", 1}}}};
        (void)pool().submit(options, add, 1, 2).result(patience);
    });
}

// Waits until all members run: each on a rank of its own, at the same time.
std::vector<std::int64_t> meet(Counter present, Log seen) {
    present.add();
    while (present.value() < this_task::members() && !this_task::stop_requested()) std::this_thread::yield();
    seen.write(this_task::rank());
    return {this_task::member(), this_task::members()};
}
std::uint64_t first_random() { return this_task::rng()(); }
void write_first_random(Log log) { log.write(static_cast<std::int64_t>(first_random() >> 1)); }
void raise_in(std::uint32_t member) {
    if (this_task::member() == member) throw std::runtime_error("member " + std::to_string(member) + " cannot");
    while (!this_task::stop_requested()) std::this_thread::sleep_for(1ms);
}
int ask_another(int value) { return this_task::executor().submit(add, value, 1).result(); }

TEST_F(Needs, a_task_over_several_ranks_runs_on_all_of_them_at_once) {
    make_pool({.coordinator_works = true});
    const int ranks = executor_under_test()->ranks();
    const Log seen = Log::make(64);
    const auto future = pool().submit({.ranks = ranks}, meet, Counter::make(), seen);
    EXPECT_EQ(future.result(patience), (std::vector<std::int64_t>{0, std::int64_t{ranks}}));
    pool().shutdown();
    auto each = seen.entries();
    std::sort(each.begin(), each.end());
    EXPECT_EQ(each.size(), static_cast<std::size_t>(ranks));
    EXPECT_EQ(std::unique(each.begin(), each.end()), each.end());
}

TEST_F(Needs, a_task_over_more_ranks_than_there_are_cannot_run) {
    make_pool({.coordinator_works = true});
    const int ranks = executor_under_test()->ranks();
    (void)infeasible_words([&] { (void)pool().submit({.ranks = ranks + 1}, add, 1, 2).result(patience); });
}

TEST_F(Needs, a_task_over_several_ranks_fails_with_any_of_them) {
    make_pool({.coordinator_works = true});
    const int ranks = executor_under_test()->ranks();
    const auto future = pool().submit({.ranks = ranks}, raise_in, static_cast<std::uint32_t>(ranks - 1));
    EXPECT_THROW(future.result(patience), std::runtime_error);
    EXPECT_EQ(pool().submit({.ranks = ranks}, add, 1, 2).result(patience), 3);  // All are free again.
}

TEST_F(Needs, a_task_over_several_ranks_may_wait_on_all_of_them) {
    make_pool({.slots = 1, .coordinator_works = true});
    const int ranks = executor_under_test()->ranks();
    std::vector<Future<int>> futures;
    for (int i = 0; i < 10; ++i) futures.push_back(pool().submit({.ranks = ranks}, ask_another, i));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(patience), i + 1);
}

TEST_F(Needs, members_of_a_task_have_random_numbers_of_their_own) {
    make_pool({.coordinator_works = true});
    const int ranks = executor_under_test()->ranks();
    const Log log = Log::make(64);
    pool().submit({.key = "k", .ranks = ranks}, write_first_random, log).result(patience);
    const std::uint64_t alone = pool().submit({.key = "k"}, first_random).result(patience);
    pool().shutdown();
    auto numbers = log.entries();
    EXPECT_EQ(std::count(numbers.begin(), numbers.end(), static_cast<std::int64_t>(alone >> 1)), 1);
    std::sort(numbers.begin(), numbers.end());
    EXPECT_EQ(numbers.size(), static_cast<std::size_t>(ranks));
    EXPECT_EQ(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

// Takes long where it runs first, and no time elsewhere.
int slow_at_first(Counter runs, Gate end, int value) {
    if (runs.add() == 0) {
        while (!end.is_open() && !this_task::stop_requested()) std::this_thread::sleep_for(1ms);
    }
    return value;
}

TEST_F(Needs, a_copy_of_a_speculative_task_may_be_the_first_to_end) {
    make_pool({.slots = 1, .coordinator_works = true});
    const Gate end = Gate::make();
    const Counter usual = Counter::make();
    usual.add();
    for (int i = 0; i < 3; ++i) (void)pool().submit(slow_at_first, usual, end, i).result(patience);
    const Counter runs = Counter::make();
    if (executor_under_test()->ranks() == 1) end.open();  // There is nobody else.
    const auto future = pool().submit({.speculative = true}, slow_at_first, runs, end, 7);
    EXPECT_EQ(future.result(patience), 7);
    pool().shutdown();
    EXPECT_EQ(runs.value(), executor_under_test()->ranks() == 1 ? 1 : 2);
}

TEST_F(Needs, dependents_of_a_task_that_cannot_run_fail_alike) {
    make_pool({});
    const Future<int> impossible = pool().submit({.resources = {{"gpu", 1}}}, add, 1, 2);
    EXPECT_THROW((void)pool().submit(negate, impossible).result(patience), InfeasibleError);
}

TEST_F(Needs, resources_that_make_no_sense_are_refused_at_submit) {
    for (const double amount : {0.0, -1.0, 1e15, 0.0 / 0.0}) {
        EXPECT_THROW(pool().submit({.resources = {{"gpu", amount}}}, add, 1, 2), ConfigError) << amount;
    }
    EXPECT_THROW(pool().submit({.resources = {{"", 1}}}, add, 1, 2), ConfigError);
    EXPECT_THROW(pool().submit({.resources = {{"gpu", 1}, {"gpu", 1}}}, add, 1, 2), ConfigError);
    EXPECT_EQ(pool().submit(add, 1, 2).result(patience), 3);
}

TEST_F(Needs, a_task_for_a_rank_runs_there) {
    make_pool({.coordinator_works = true});
    const auto where = [] { return this_task::rank(); };
    for (int round = 0; round < 3; ++round) {
        for (Rank rank = 0; rank < executor_under_test()->ranks(); ++rank) {
            EXPECT_EQ(pool().submit({.on_rank = rank}, where).result(patience), rank);
        }
    }
}

TEST_F(Needs, a_task_for_a_rank_that_does_not_exist_is_refused_at_submit) {
    try {
        pool().submit({.on_rank = 1000}, add, 1, 2);
        FAIL() << "there are not so many ranks";
    } catch (const ConfigError& error) {
        EXPECT_NE(std::string(error.what()).find("rank 1000"), std::string::npos) << error.what();
    }
}

TEST_F(Needs, tasks_may_ask_too) {
    make_pool({.slots = 2, .gpus = 1});
    const auto parent = [](double gpus) {
        return this_task::executor().submit({.resources = {{"gpu", gpus}}}, add, 1, 2).result();
    };
    EXPECT_EQ(pool().submit(parent, 1.0).result(patience), 3);
    EXPECT_THROW((void)pool().submit(parent, 2.0).result(patience), InfeasibleError);
    EXPECT_THROW((void)pool().submit(parent, -1.0).result(patience), ConfigError);
}

TEST_F(Needs, what_does_not_fit_into_the_time_is_not_started) {
    make_pool({.time = 30s});
    EXPECT_THROW((void)pool().submit({.time_request = 1h}, add, 1, 2).result(patience), WalltimeError);
    EXPECT_EQ(pool().submit({.time_request = 1ms}, add, 1, 2).result(patience), 3);
    EXPECT_EQ(pool().submit(add, 1, 2).result(patience), 3);
}

TEST_F(Needs, when_the_time_is_over_what_runs_ends_and_what_waits_fails) {
    RANKPOOL_NEEDS_BACKGROUND();
    make_pool({.time = 300ms});
    const Gate gate = Gate::make();
    std::vector<Future<void>> held = hold_all_slots(gate);
    std::vector<Future<int>> waiting;
    for (int i = 0; i < 20; ++i) waiting.push_back(pool().submit(add, i, i));
    const Future<int> dependent = pool().submit(negate, waiting.front());
    for (const Future<int>& future : waiting) EXPECT_THROW((void)future.result(patience), WalltimeError);
    EXPECT_THROW((void)dependent.result(patience), WalltimeError);
    gate.open();
    for (const Future<void>& future : held) EXPECT_NO_THROW(future.result(patience));
    EXPECT_THROW((void)pool().submit(add, 1, 2).result(patience), WalltimeError);
}

}  // namespace
}  // namespace rankpool::tests
