#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Futures : public ExecutorTest {};

int refuse() { throw std::out_of_range("no such cell"); }
bool wait_for_stop(Counter started, Gate gate) {
    started.add();
    while (!this_task::stop_requested() && !gate.is_open()) std::this_thread::sleep_for(1ms);
    return this_task::stop_requested();
}

TEST_F(Futures, are_cheap_handles_of_one_state) {
    const Future<int> empty;
    EXPECT_FALSE(empty.valid());
    EXPECT_THROW((void)empty.done(), ContractError);
    const auto future = pool().submit(add, 1, 2);
    const Future<int> copy = future;
    EXPECT_TRUE(copy.valid());
    EXPECT_EQ(copy, future);
    EXPECT_EQ(&copy.result(), &future.result());
    EXPECT_NE(pool().submit(add, 1, 2), future);
}

// CPython: test_future.py, test_done, test_running, test_cancelled.
TEST_F(Futures, go_from_pending_to_running_to_done) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const auto held = hold_all_slots(gate);
    const auto pending = pool().submit(add, 1, 2);
    EXPECT_TRUE(eventually([&] { return held[0].running(); }));
    EXPECT_FALSE(held[0].done());
    EXPECT_FALSE(held[0].cancelled());
    EXPECT_FALSE(pending.running());
    EXPECT_FALSE(pending.done());
    EXPECT_FALSE(pending.cancelled());
    gate.open();
    held[0].result();
    EXPECT_EQ(pending.result(), 3);
    EXPECT_TRUE(held[0].done());
    EXPECT_FALSE(held[0].running());
    EXPECT_FALSE(held[0].cancelled());
}

TEST_F(Futures, of_failed_tasks_are_done_and_neither_running_nor_cancelled) {
    const auto future = pool().submit(refuse);
    EXPECT_NE(future.exception(), nullptr);
    EXPECT_TRUE(future.done());
    EXPECT_FALSE(future.running());
    EXPECT_FALSE(future.cancelled());
}

// CPython: test_result_with_timeout, test_exception_with_timeout.
TEST_F(Futures, a_timeout_does_not_stop_the_task) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const auto future = pool().submit(pass_with, gate, 42);
    EXPECT_THROW((void)future.result(0s), TimeoutError);
    EXPECT_THROW((void)future.result(5ms), TimeoutError);
    EXPECT_THROW((void)future.exception(0s), TimeoutError);
    EXPECT_THROW((void)future.exception(5ms), TimeoutError);
    EXPECT_FALSE(future.done());
    gate.open();
    EXPECT_EQ(future.result(patience), 42);
    EXPECT_EQ(future.result(0s), 42);
    EXPECT_EQ(future.exception(0s), nullptr);
}

TEST_F(Futures, a_timeout_says_how_long_was_waited) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const auto future = pool().submit(pass, gate);
    try {
        future.result(5ms);
        FAIL();
    } catch (const TimeoutError& error) {
        EXPECT_NE(std::string(error.what()).find("0.005 s"), std::string::npos) << error.what();
    }
}

TEST_F(Futures, the_longest_timeout_is_no_timeout) {
    EXPECT_EQ(pool().submit(add, 1, 2).result(Duration::max()), 3);
    EXPECT_EQ(pool().submit(add, 1, 2).result(duration_max), 3);
}

TEST_F(Futures, a_negative_timeout_is_over) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    EXPECT_THROW(pool().submit(pass, gate).result(-1s), TimeoutError);
}

TEST_F(Futures, exception_gives_what_result_throws) {
    EXPECT_EQ(pool().submit(add, 1, 2).exception(), nullptr);
    const std::exception_ptr exception = pool().submit(refuse).exception();
    ASSERT_NE(exception, nullptr);
    EXPECT_THROW(std::rethrow_exception(exception), std::out_of_range);
    EXPECT_THROW((void)pool().submit(refuse).result(patience), std::out_of_range);
}

// CPython: test_cancel; test_result_with_timeout.
TEST_F(Futures, a_pending_task_can_be_cancelled_and_never_runs) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const Counter runs = Counter::make();
    hold_all_slots(gate);
    const auto future = pool().submit(count_and_return, runs, 1);
    const auto other = pool().submit(add, 1, 1);
    EXPECT_TRUE(future.cancel());
    EXPECT_TRUE(future.cancelled());
    EXPECT_TRUE(future.done());
    EXPECT_FALSE(future.running());
    EXPECT_TRUE(future.cancel()) << "it is cancelled still";
    EXPECT_THROW((void)future.result(), CancelledError);
    EXPECT_THROW((void)future.result(0s), CancelledError);
    EXPECT_THROW((void)future.exception(), CancelledError);
    EXPECT_THROW((void)future.exception(0s), CancelledError);
    gate.open();
    EXPECT_EQ(other.result(), 2);
    end_pool();
    EXPECT_EQ(runs.value(), 0);
}

TEST_F(Futures, cancelling_a_task_cancels_those_that_take_its_result) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    hold_all_slots(gate);
    const auto first = pool().submit(add, 1, 2);
    const auto second = pool().submit(negate, first);
    const auto third = second.then(negate);
    const auto all = when_all(std::vector{first, pool().submit(add, 3, 4)});
    const auto unrelated = pool().submit(add, 5, 6);
    EXPECT_TRUE(first.cancel());
    EXPECT_TRUE(second.cancelled());
    EXPECT_TRUE(third.cancelled());
    EXPECT_THROW((void)third.result(), CancelledError);
    EXPECT_THROW((void)all.result(), CancelledError);
    gate.open();
    EXPECT_EQ(unrelated.result(), 11);
}

TEST_F(Futures, cancelling_a_task_leaves_its_inputs_alone) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const auto first = pool().submit(pass_with, gate, 5);
    const auto second = pool().submit(negate, first);
    EXPECT_TRUE(second.cancel());
    gate.open();
    EXPECT_EQ(first.result(), 5);
    EXPECT_TRUE(second.cancelled());
}

TEST_F(Futures, a_running_task_cannot_be_cancelled) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const Counter started = Counter::make();
    const auto future = pool().submit(announce_and_pass, started, gate);
    ASSERT_TRUE(eventually([&] { return started.value() == 1; }));
    EXPECT_FALSE(future.cancel());
    EXPECT_FALSE(future.cancelled());
    gate.open();
    future.result();
    EXPECT_FALSE(future.cancel());
}

TEST_F(Futures, a_task_that_has_ended_cannot_be_cancelled) {
    const auto good = pool().submit(add, 1, 2);
    const auto bad = pool().submit(refuse);
    EXPECT_EQ(good.result(), 3);
    EXPECT_NE(bad.exception(), nullptr);
    EXPECT_FALSE(good.cancel());
    EXPECT_FALSE(bad.cancel());
    EXPECT_EQ(good.result(), 3);
    EXPECT_THROW((void)bad.result(), std::out_of_range);
}

// CPython: test_result_with_cancel.
TEST_F(Futures, who_waits_learns_of_a_cancellation_by_another_thread) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    hold_all_slots(gate);
    const auto future = pool().submit(add, 1, 2);
    std::thread other([future] { future.cancel(); });
    EXPECT_THROW((void)future.result(patience), CancelledError);
    other.join();
}

TEST_F(Futures, many_can_be_cancelled_in_any_order) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const Counter runs = Counter::make();
    hold_all_slots(gate);
    std::vector<Future<int>> futures;
    for (int i = 0; i < 300; ++i) futures.push_back(pool().submit(count_and_return, runs, i));
    for (std::size_t i = 0; i < futures.size(); i += 3) EXPECT_TRUE(futures[i].cancel());
    for (std::size_t i = futures.size(); i-- > 0;) {
        if (i % 3 == 1) {
            EXPECT_TRUE(futures[i].cancel());
        }
    }
    gate.open();
    for (std::size_t i = 2; i < futures.size(); i += 3) EXPECT_EQ(futures[i].result(), static_cast<int>(i));
    end_pool();
    EXPECT_EQ(runs.value(), 100);
}

TEST_F(Futures, a_task_sees_that_it_is_asked_to_stop) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate never = Gate::make();
    const Counter started = Counter::make();
    const auto future = pool().submit(wait_for_stop, started, never);
    ASSERT_TRUE(eventually([&] { return started.value() == 1; }));
    future.request_stop();
    EXPECT_TRUE(future.result(patience));
    future.request_stop();  // No effect any more.
}

TEST_F(Futures, a_task_asked_to_stop_before_it_starts_sees_it_from_the_start) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const Gate never = Gate::make();
    const Counter started = Counter::make();
    hold_all_slots(gate);
    const auto asked = pool().submit(wait_for_stop, started, never);
    const auto other = pool().submit([] { return this_task::stop_requested(); });
    asked.request_stop();
    EXPECT_FALSE(asked.done());
    gate.open();
    EXPECT_TRUE(asked.result(patience));
    EXPECT_FALSE(other.result(patience));
}

// What callbacks saw. They may run on any thread of this process, shortly after the future is done.
class Notes {
  public:
    void write(std::string text) {
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::move(text));
    }
    std::vector<std::string> lines() {
        const std::lock_guard lock(mutex_);
        return lines_;
    }
    std::vector<std::string> await(std::size_t count) {
        eventually([&] { return lines().size() >= count; });
        return lines();
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> lines_;
};
using Lines = std::vector<std::string>;

// CPython: test_done_callback_with_result, _with_exception, _with_cancel.
TEST_F(Futures, a_callback_is_called_once_with_the_done_future) {
    RANKPOOL_NEEDS_BACKGROUND();
    Notes notes;
    const Gate gate = Gate::make();
    hold_all_slots(gate);
    const auto good = pool().submit(add, 1, 2);
    const auto bad = pool().submit(refuse);
    const auto dropped = pool().submit(add, 1, 2);
    good.add_done_callback([&](const Future<int>& f) { notes.write("result " + std::to_string(f.result())); });
    dropped.add_done_callback([&](const Future<int>& f) { notes.write(f.cancelled() ? "cancelled" : "?"); });
    EXPECT_TRUE(notes.lines().empty());
    dropped.cancel();
    EXPECT_EQ(notes.await(1), Lines{"cancelled"});
    gate.open();
    EXPECT_EQ(notes.await(2), (Lines{"cancelled", "result 3"}));
    EXPECT_NE(bad.exception(), nullptr);
    bad.add_done_callback([&](const Future<int>& f) { notes.write(f.exception() ? "exception" : "?"); });
    end_pool();
    EXPECT_EQ(notes.lines(), (Lines{"cancelled", "result 3", "exception"}));
}

// CPython: test_done_callback_already_successful, _already_failed, _already_cancelled.
TEST_F(Futures, a_callback_of_a_done_future_is_called_at_once) {
    Notes notes;
    const auto good = pool().submit(add, 1, 2);
    const auto bad = pool().submit(refuse);
    wait(std::vector{good, bad});
    good.add_done_callback([&](const Future<int>& f) { notes.write("result " + std::to_string(f.result())); });
    bad.add_done_callback([&](const Future<int>& f) { notes.write(f.exception() ? "exception" : "?"); });
    good.add_done_callback([&] { notes.write("no argument"); });
    EXPECT_EQ(notes.lines(), (Lines{"result 3", "exception", "no argument"}));
}

TEST_F(Futures, callbacks_are_called_in_the_order_in_which_they_were_added) {
    Notes notes;
    const Gate gate = Gate::make();
    if (!executor_under_test()->runs_in_background()) gate.open();
    const auto future = pool().submit(pass, gate);
    for (const char* name : {"a", "b", "c", "d"}) future.add_done_callback([&notes, name] { notes.write(name); });
    gate.open();
    EXPECT_EQ(notes.await(4), (Lines{"a", "b", "c", "d"}));
}

// CPython: test_done_callback_raises, test_done_callback_raises_already_succeeded.
TEST_F(Futures, a_callback_that_throws_is_reported_and_harms_nobody) {
    Notes notes;
    const Gate gate = Gate::make();
    if (!executor_under_test()->runs_in_background()) gate.open();
    ::testing::internal::CaptureStderr();
    const auto future = pool().submit(pass_with, gate, 5);
    future.add_done_callback([] { throw std::runtime_error("doh!"); });
    future.add_done_callback([] { throw 7; });
    future.add_done_callback([&] { notes.write("called"); });
    gate.open();
    EXPECT_EQ(notes.await(1), Lines{"called"});
    EXPECT_EQ(future.result(), 5);
    future.add_done_callback([] { throw std::runtime_error("late doh!"); });
    const std::string text = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(text.find(" doh!"), std::string::npos) << text;
    EXPECT_NE(text.find("no std::exception"), std::string::npos) << text;
    EXPECT_NE(text.find("late doh!"), std::string::npos) << text;
    EXPECT_EQ(pool().submit(add, 1, 2).result(), 3);
}

TEST_F(Futures, a_callback_may_submit_wait_and_cancel) {
    Notes notes;
    const auto first = pool().submit(add, 1, 2);
    const auto others = pool().submit_all(negate, std::vector{1, 2, 3});
    first.add_done_callback([&](const Future<int>& f) {
        const auto more = pool().submit(negate, f.result());
        notes.write("waited for " + std::to_string(more.result(patience)));
        for (const auto& other : others) other.cancel();
        wait(others, patience);
        notes.write("waited for all");
    });
    EXPECT_EQ(first.result(patience), 3);
    EXPECT_EQ(notes.await(2), (Lines{"waited for -3", "waited for all"}));
}

TEST_F(Futures, first_failure_cancels_the_rest) {
    RANKPOOL_NEEDS_BACKGROUND();
    RANKPOOL_NEEDS_ONE_SLOT();
    const Gate gate = Gate::make();
    const Counter runs = Counter::make();
    hold_all_slots(gate);
    const auto bad = pool().submit(refuse);
    const auto rest = pool().submit_all(
        [](std::pair<Counter, Gate> both) {
            both.first.add();
            both.second.wait();
        },
        std::vector(50, std::pair(runs, Gate::make())));
    bad.add_done_callback([&] {
        for (const auto& future : rest) future.cancel();
    });
    gate.open();
    const auto results = wait(rest, patience, ReturnWhen::first_exception);
    EXPECT_FALSE(results.done.empty());
    EXPECT_TRUE(rest.back().cancel());
    EXPECT_LE(runs.value(), 1) << "at most the one that had started already";
}

TEST_F(Futures, a_callback_that_drops_the_last_handle_is_safe) {
    Notes notes;
    for (int i = 0; i < 100; ++i) {
        auto held = std::make_unique<Future<int>>(pool().submit(add, i, 1));
        const auto& future = *held;
        future.add_done_callback([&notes, held = std::shared_ptr<Future<int>>(std::move(held))]() mutable {
            held.reset();
            notes.write("dropped");
        });
    }
    EXPECT_EQ(notes.await(100).size(), 100U);
}

}  // namespace
}  // namespace rankpool::tests
