#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Coroutines : public ExecutorTest {};

int refuse(int) { throw std::out_of_range("no cell"); }

Async<int> add_in_steps(Executor& pool, int count) {
    int sum = 0;
    for (int i = 1; i <= count; ++i) sum = co_await pool.submit(add, sum, i);
    co_return sum;
}

TEST_F(Coroutines, wait_for_futures) { EXPECT_EQ(add_in_steps(pool(), 10).result(), 55); }

TEST_F(Coroutines, of_one_thread_go_on_side_by_side) {
    std::vector<Async<int>> all;
    for (int count = 0; count < 200; ++count) all.push_back(add_in_steps(pool(), count % 7));
    for (int count = 0; count < 200; ++count) {
        const int last = count % 7;
        EXPECT_EQ(all[static_cast<std::size_t>(count)].result(), last * (last + 1) / 2);
    }
}

TEST_F(Coroutines, run_on_their_own_thread_only) {
    const auto look = [](Executor& executor) -> Async<bool> {
        const auto mine = std::this_thread::get_id();
        bool always = true;
        for (int i = 0; i < 50; ++i) {
            co_await executor.submit(add, i, 1);
            always = always && std::this_thread::get_id() == mine;
        }
        co_return always;
    };
    EXPECT_TRUE(look(pool()).result());
}

TEST_F(Coroutines, await_each_other) {
    const auto twice = [](Executor& executor, int count) -> Async<int> {
        auto first = add_in_steps(executor, count);
        auto second = add_in_steps(executor, count);
        const int sum = co_await first;
        co_return sum + co_await second;
    };
    EXPECT_EQ(twice(pool(), 3).result(), 12);
}

Async<int> descend(Executor& pool, int depth) {
    if (depth == 0) co_return co_await pool.submit(add, 0, 0);
    co_return 1 + co_await descend(pool, depth - 1);
}

TEST_F(Coroutines, may_be_nested_deeply) { EXPECT_EQ(descend(pool(), 2000).result(), 2000); }

TEST_F(Coroutines, go_on_at_once_if_there_is_nothing_to_wait_for) {
    const auto known = pool().submit(add, 1, 2);
    known.result();
    const auto read = [](Future<int> future) -> Async<int> { co_return co_await future; };
    const auto async = read(known);
    EXPECT_TRUE(async.done());
}

TEST_F(Coroutines, get_the_exceptions_of_tasks) {
    const auto recover = [](Executor& executor) -> Async<std::string> {
        std::string text;
        try {
            co_await executor.submit(refuse, 1);
        } catch (const std::out_of_range& error) {
            text = error.what();
        }
        co_await executor.submit([] {});
        co_return text;
    };
    EXPECT_EQ(recover(pool()).result(), "no cell");
    const auto pass = [](Executor& executor) -> Async<int> { co_return co_await executor.submit(refuse, 1); };
    const auto pass_further = [](Executor& executor, auto inner) -> Async<> { (void)co_await inner(executor); };
    try {
        pass_further(pool(), pass).result();
        ADD_FAILURE() << "the exception got lost";
    } catch (const TaskError& error) {
        EXPECT_EQ(error.message(), "no cell");
    }
}

TEST_F(Coroutines, throw_when_what_they_wait_for_is_cancelled) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const auto held = hold_all_slots(gate);
    const auto wait_for_task = [](Executor& executor) -> Async<int> { co_return co_await executor.submit(add, 1, 2); };
    const auto wait_further = [](Async<int> inner) -> Async<int> { co_return co_await inner; };
    auto async = wait_further(wait_for_task(pool()));
    EXPECT_TRUE(async.cancel());
    EXPECT_THROW(async.result(), CancelledError);
    EXPECT_FALSE(async.cancel()) << "it is over";
    gate.open();
}

struct Mark {
    std::shared_ptr<int> count;
    ~Mark() { ++*count; }
};

TEST_F(Coroutines, are_destroyed_where_they_wait_when_they_are_dropped) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const auto count = std::make_shared<int>(0);
    const auto hold = [](Executor& executor, Gate closed, std::shared_ptr<int> ends) -> Async<> {
        const Mark mark{ends};
        co_await executor.submit(pass, closed);
        *ends += 100;
    };
    const auto hold_outside = [](Async<> inner, std::shared_ptr<int> ends) -> Async<> {
        const Mark mark{ends};
        co_await inner;
        *ends += 100;
    };
    {
        const auto dropped = hold(pool(), gate, count);
        const auto dropped_too = hold_outside(hold(pool(), gate, count), count);
    }
    EXPECT_EQ(*count, 3);
    auto late = std::make_unique<Async<>>(hold(pool(), gate, count));
    gate.open();
    end_pool();  // Its future is settled, and the coroutine ready to go on.
    late.reset();
    EXPECT_EQ(*count, 4);
}

// Inside of tasks.

Async<int> add_inside(int count) {
    int sum = 0;
    for (int i = 1; i <= count; ++i) sum = co_await this_task::executor().submit(add, sum, i);
    co_return sum;
}
Async<> note(Counter counter) {
    co_await this_task::executor().submit([] {});
    counter.add();
}

TEST_F(Coroutines, may_be_tasks) {
    EXPECT_EQ(pool().submit(add_inside, 10).result(), 55);
    EXPECT_EQ(pool().submit(add_inside, pool().submit(add, 1, 2)).then(negate).result(), -6);
    const Counter counter = Counter::make();
    pool().submit(note, counter).result();
    EXPECT_EQ(counter.value(), 1);
    int sum = 0;
    for (const int n : pool().map(add_inside, std::vector(20, 3))) sum += n;
    EXPECT_EQ(sum, 120);
    EXPECT_EQ(pool().map_reduce(add_inside, add, std::vector(100, 3)).result(), 600);
}

Async<std::size_t> measure(const std::string& text) {
    co_await this_task::executor().submit([] {});
    co_return text.size();
}

TEST_F(Coroutines, keep_their_arguments_while_they_run) {
    EXPECT_EQ(pool().submit(measure, std::string(1000, 'x')).result(), 1000U);
}

TEST_F(Coroutines, of_many_tasks_wait_on_one_slot) {
    make_pool({.slots = 1});
    auto futures = pool().submit_all(add_inside, std::vector(300, 3));
    for (const auto& future : futures) EXPECT_EQ(future.result(), 6);
}

TEST_F(Coroutines, of_tasks_pass_their_exceptions) {
    const auto fail_inside = [](int n) -> Async<int> { co_return co_await this_task::executor().submit(refuse, n); };
    EXPECT_THROW((void)pool().submit(fail_inside, 1).result(), std::out_of_range);
}

}  // namespace
}  // namespace rankpool::tests
