#include <algorithm>
#include <atomic>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {

using Ints = std::vector<Future<int>>;

// Says how many results this process keeps.
struct Counted {
    Counted() { ++live; }
    Counted(const Counted&) { ++live; }
    Counted& operator=(const Counted&) = default;
    ~Counted() { --live; }
    static inline std::atomic<std::int64_t> live{0};
};

}  // namespace rankpool::tests

template <>
struct rankpool::Codec<rankpool::tests::Counted> {
    static void write(ByteWriter&, const tests::Counted&) {}
    static tests::Counted read(ByteReader&) { return {}; }
};

namespace rankpool::tests {
namespace {

int refuse() { throw std::out_of_range("no such cell"); }

class Wait : public ExecutorTest {
  protected:
    // Futures that are settled, in each of the three ways, on a pool whose slots are all held.
    void SetUp() override {
        if (!executor_under_test()->runs_in_background()) return;
        good = pool().submit(add, 1, 2);
        bad = pool().submit(refuse);
        rankpool::wait(Ints{good, bad});
        hold_all_slots(gate);
        dropped = pool().submit(add, 1, 2);
        dropped.cancel();
        pending = pool().submit(add, 3, 4);
    }
    Gate gate = Gate::make();
    Future<int> good, bad, dropped, pending;
};

TEST_F(Wait, for_nothing_returns_at_once) {
    for (const ReturnWhen when :
         {ReturnWhen::first_completed, ReturnWhen::first_exception, ReturnWhen::all_completed}) {
        const auto result = rankpool::wait(Ints(), duration_max, when);
        EXPECT_TRUE(result.done.empty());
        EXPECT_TRUE(result.not_done.empty());
    }
}

// CPython: test_wait.py, test_all_completed.
TEST_F(Wait, for_all_returns_when_all_have_ended_however_they_ended) {
    RANKPOOL_NEEDS_BACKGROUND();
    gate.open();
    const auto result = rankpool::wait(Ints{pending, bad, dropped, good});
    EXPECT_EQ(result.done, (Ints{pending, bad, dropped, good}));
    EXPECT_TRUE(result.not_done.empty());
}

TEST_F(Wait, for_all_takes_futures_as_they_were_submitted) {
    gate.open();
    const Ints futures = pool().submit_all(negate, std::vector{1, 2, 3});
    EXPECT_EQ(rankpool::wait(futures).done, futures);
}

// CPython: test_timeout.
TEST_F(Wait, gives_at_its_timeout_what_is_done) {
    RANKPOOL_NEEDS_BACKGROUND();
    for (const Duration timeout : {Duration(0s), Duration(20ms)}) {
        const auto result = rankpool::wait(Ints{good, pending, bad, dropped}, timeout);
        EXPECT_EQ(result.done, (Ints{good, bad, dropped}));
        EXPECT_EQ(result.not_done, (Ints{pending}));
    }
}

// CPython: test_20369.
TEST_F(Wait, counts_the_same_future_once) {
    RANKPOOL_NEEDS_BACKGROUND();
    EXPECT_EQ(rankpool::wait(Ints{good, good}).done, Ints{good});
    EXPECT_EQ(rankpool::wait(Ints{pending, pending}, 0s).not_done, Ints{pending});
    gate.open();
    EXPECT_EQ(rankpool::wait(Ints{pending, pending}).done, Ints{pending});
}

// CPython: test_first_completed, test_first_completed_some_already_completed.
TEST_F(Wait, for_the_first_returns_at_once_if_one_is_done) {
    RANKPOOL_NEEDS_BACKGROUND();
    for (const auto& settled : {good, bad, dropped}) {
        const auto result = rankpool::wait(Ints{pending, settled}, patience, ReturnWhen::first_completed);
        EXPECT_EQ(result.done, Ints{settled});
        EXPECT_EQ(result.not_done, Ints{pending});
    }
}

TEST_F(Wait, for_the_first_waits_for_one) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto never = pool().submit(pass_with, Gate::make(), 1);
    EXPECT_TRUE(rankpool::wait(Ints{never, pending}, 10ms, ReturnWhen::first_completed).done.empty());
    gate.open();
    const auto result = rankpool::wait(Ints{never, pending}, patience, ReturnWhen::first_completed);
    EXPECT_EQ(result.done, Ints{pending});
    EXPECT_EQ(result.not_done, Ints{never});
}

TEST_F(Wait, for_the_first_sees_a_cancellation) {
    RANKPOOL_NEEDS_BACKGROUND();
    std::thread other([this] { pending.cancel(); });
    const auto result = rankpool::wait(Ints{pending}, patience, ReturnWhen::first_completed);
    other.join();
    EXPECT_EQ(result.done, Ints{pending});
    EXPECT_TRUE(pending.cancelled());
}

// CPython: test_first_exception_one_already_failed, test_first_exception_some_already_complete.
TEST_F(Wait, for_an_exception_returns_at_once_if_one_has_failed_or_was_cancelled) {
    RANKPOOL_NEEDS_BACKGROUND();
    for (const auto& settled : {bad, dropped}) {
        const auto result = rankpool::wait(Ints{good, pending, settled}, patience, ReturnWhen::first_exception);
        EXPECT_EQ(result.done, (Ints{good, settled}));
        EXPECT_EQ(result.not_done, Ints{pending});
    }
}

// CPython: test_first_exception.
TEST_F(Wait, for_an_exception_goes_on_past_results) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto failing = pool().submit(refuse);
    const auto never = pool().submit(pass_with, Gate::make(), 1);
    EXPECT_EQ(rankpool::wait(Ints{good, failing, never}, 10ms, ReturnWhen::first_exception).done, Ints{good});
    gate.open();
    const auto result = rankpool::wait(Ints{good, failing, never}, patience, ReturnWhen::first_exception);
    EXPECT_EQ(result.done, (Ints{good, failing}));
    EXPECT_EQ(result.not_done, Ints{never});
}

TEST_F(Wait, for_an_exception_returns_when_none_can_come_any_more) {
    RANKPOOL_NEEDS_BACKGROUND();
    gate.open();
    const auto result = rankpool::wait(Ints{good, pending}, patience, ReturnWhen::first_exception);
    EXPECT_EQ(result.done, (Ints{good, pending}));
}

// CPython: ThreadPoolWaitTests.test_pending_calls_race.
TEST_F(Wait, for_many_that_end_at_once) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate other = Gate::make();
    std::vector<Future<void>> futures;
    for (int i = 0; i < 100; ++i) futures.push_back(pool().submit(pass, other));
    gate.open();
    other.open();
    EXPECT_EQ(rankpool::wait(futures, patience).done.size(), 100U);
}

TEST_F(Wait, from_several_threads_for_the_same_futures) {
    RANKPOOL_NEEDS_BACKGROUND();
    std::vector<std::thread> threads;
    std::atomic<int> sum{0};
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { sum += pending.result(patience); });
    gate.open();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(sum, 4 * 7);
}

class AsCompletedTest : public Wait {};

TEST_F(AsCompletedTest, of_nothing_is_empty) {
    for (const auto& future : as_completed(Ints())) FAIL() << future.done();
}

// CPython: test_as_completed.py, test_no_timeout.
TEST_F(AsCompletedTest, gives_each_once_however_it_ended) {
    RANKPOOL_NEEDS_BACKGROUND();
    gate.open();
    Ints seen;
    for (const auto& future : as_completed(Ints{pending, bad, dropped, good})) {
        EXPECT_TRUE(future.done());
        seen.push_back(future);
    }
    ASSERT_EQ(seen.size(), 4U);
    for (const auto& future : {pending, bad, dropped, good})
        EXPECT_NE(std::find(seen.begin(), seen.end(), future), seen.end());
}

TEST_F(AsCompletedTest, gives_those_that_are_done_already_first) {
    RANKPOOL_NEEDS_BACKGROUND();
    Ints seen;
    for (const auto& future : as_completed(Ints{pending, good, bad, dropped}, patience)) {
        seen.push_back(future);
        if (seen.size() == 3) gate.open();
    }
    EXPECT_EQ(seen, (Ints{good, bad, dropped, pending}));
}

// CPython: test_duplicate_futures.
TEST_F(AsCompletedTest, gives_duplicates_once) {
    RANKPOOL_NEEDS_BACKGROUND();
    gate.open();
    int count = 0;
    for (const auto& future : as_completed(Ints{pending, good, pending, good, pending})) count += future.done();
    EXPECT_EQ(count, 2);
}

// CPython: test_future_times_out, test_correct_timeout_exception_msg.
TEST_F(AsCompletedTest, throws_at_its_timeout_and_says_how_many_are_unfinished) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto other = pool().submit(add, 1, 1);
    for (const Duration timeout : {Duration(0s), Duration(20ms)}) {
        Ints seen;
        try {
            for (const auto& future : as_completed(Ints{good, pending, dropped, other}, timeout)) {
                seen.push_back(future);
            }
            FAIL();
        } catch (const TimeoutError& error) {
            EXPECT_NE(std::string(error.what()).find("2 of 4 futures are unfinished"), std::string::npos)
                << error.what();
        }
        EXPECT_EQ(seen, (Ints{good, dropped}));
    }
}

TEST_F(AsCompletedTest, gives_all_within_a_timeout_of_zero_if_all_are_done) {
    RANKPOOL_NEEDS_BACKGROUND();
    int count = 0;
    for (const auto& future : as_completed(Ints{good, bad, dropped}, 0s)) count += future.done();
    EXPECT_EQ(count, 3);
}

// CPython: test_free_reference_yielded_future.
TEST_F(AsCompletedTest, drops_its_reference_when_it_goes_on) {
    const auto live = Counted::live.load();
    {
        gate.open();
        std::vector<Future<Counted>> futures;
        for (int i = 0; i < 5; ++i) futures.push_back(pool().submit([] { return Counted(); }));
        for (const auto& future : futures) future.result();
        EXPECT_EQ(Counted::live - live, 5);
        std::int64_t expected = 5;
        for (const auto& future : as_completed(std::exchange(futures, {}))) {
            EXPECT_TRUE(future.done());
            EXPECT_EQ(Counted::live - live, expected--);
        }
    }
    EXPECT_EQ(Counted::live, live);
}

TEST_F(AsCompletedTest, may_be_left_early) {
    RANKPOOL_NEEDS_BACKGROUND();
    for (const auto& future : as_completed(Ints{good, pending})) {
        EXPECT_EQ(future, good);
        break;
    }
    gate.open();
    EXPECT_EQ(pending.result(), 7);
}

TEST_F(AsCompletedTest, takes_thousands) {
    gate.open();
    std::vector<int> items(3000);
    for (int i = 0; i < 3000; ++i) items[static_cast<std::size_t>(i)] = i;
    std::set<int> results;
    for (const auto& future : as_completed(pool().submit_all(negate, items))) results.insert(future.result());
    EXPECT_EQ(results.size(), 3000U);
}

TEST_F(AsCompletedTest, results_come_while_others_still_run) {
    RANKPOOL_NEEDS_BACKGROUND();
    gate.open();
    RANKPOOL_NEEDS_SLOTS(2U);
    const Gate late = Gate::make();
    const Ints futures{pool().submit(pass_with, late, 1), pool().submit(add, 1, 1)};
    std::vector<int> results;
    for (const auto& future : as_completed(futures, patience)) {
        results.push_back(future.result());
        late.open();
    }
    EXPECT_EQ(results, (std::vector{2, 1}));
}

}  // namespace
}  // namespace rankpool::tests
