#include <chrono>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/version.hpp>
#if BOOST_VERSION >= 108000
#include <boost/asio/deferred.hpp>
#endif

#include <rankpool/asio.hpp>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

namespace asio = boost::asio;

class Asio : public ExecutorTest {
  protected:
    asio::io_context context;
};

int refuse() { throw std::out_of_range("no cell"); }

TEST_F(Asio, calls_a_handler_on_its_executor) {
    int sum = 0;
    std::thread::id where;
    const auto handler = [&](const std::exception_ptr& error, int result) {
        EXPECT_EQ(error, nullptr);
        sum += result;
        where = std::this_thread::get_id();
    };
    async_submit(pool(), asio::bind_executor(context, handler), add, 1, 2);
    pool().async_submit(add, 3, 4, asio::bind_executor(context, handler));
    pool().async_submit({.name = "sum"}, add, pool().submit(add, 5, 6), 7, asio::bind_executor(context, handler));
    EXPECT_EQ(sum, 0) << "the handlers run in run() only";
    context.run();
    EXPECT_EQ(sum, 3 + 7 + 18);
    EXPECT_EQ(where, std::this_thread::get_id());
}

TEST_F(Asio, keeps_the_loop_running_while_tasks_run) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    asio::steady_timer timer(context, 20ms);
    timer.async_wait([&](auto) { gate.open(); });
    bool is_done = false;
    pool().async_submit(pass_with, gate, 5, asio::bind_executor(context, [&](const std::exception_ptr&, int result) {
                            is_done = result == 5;
                        }));
    context.run();
    EXPECT_TRUE(is_done) << "run() returned before";
}

TEST_F(Asio, serves_thousands_of_futures_from_one_thread) {
    int done = 0;
    long sum = 0;
    for (int i = 0; i < 5000; ++i) {
        async_wait(pool().submit(add, i, 1), asio::bind_executor(context, [&](const std::exception_ptr&, int result) {
                       ++done;
                       sum += result;
                   }));
    }
    context.run();
    EXPECT_EQ(done, 5000);
    EXPECT_EQ(sum, 5000L * 5001 / 2);
}

TEST_F(Asio, gives_standard_futures) {
    std::future<int> good = pool().async_submit(add, 1, 2, asio::use_future);
    std::future<int> bad = async_submit(pool(), asio::use_future, refuse);
    std::future<void> nothing = pool().async_submit([] {}, asio::use_future);
    EXPECT_EQ(good.get(), 3);
    EXPECT_THROW(bad.get(), std::out_of_range);
    nothing.get();
}

#ifdef BOOST_ASIO_HAS_CO_AWAIT  // Boost 1.74 has it with GCC, not with Clang.
asio::awaitable<int> add_in_steps(Executor& pool, int count) {
    int sum = 0;
    for (int i = 1; i <= count; ++i) sum = co_await pool.async_submit(add, sum, i, asio::use_awaitable);
    co_return sum;
}

TEST_F(Asio, serves_coroutines) {
    std::vector<std::future<int>> sums;
    for (int i = 0; i < 50; ++i) sums.push_back(asio::co_spawn(context, add_in_steps(pool(), 10), asio::use_future));
    const auto fail = [](Executor& executor) -> asio::awaitable<void> {
        co_await executor.async_submit(refuse, asio::use_awaitable);
    };
    auto failed = asio::co_spawn(context, fail(pool()), asio::use_future);
    context.run();
    for (auto& sum : sums) EXPECT_EQ(sum.get(), 55);
    try {
        failed.get();
        ADD_FAILURE() << "the exception got lost";
    } catch (const TaskError& error) {
        EXPECT_EQ(error.message(), "no cell");
    }
}
#endif

TEST_F(Asio, respects_strands) {
    auto strand = asio::make_strand(context);
    int unguarded = 0;
    bool always_inside = true;
    for (int i = 0; i < 500; ++i) {
        pool().async_submit(add, i, 1, asio::bind_executor(strand, [&](const std::exception_ptr&, int) {
                                ++unguarded;
                                always_inside = always_inside && strand.running_in_this_thread();
                            }));
    }
    std::thread other([&] { context.run(); });
    context.run();
    other.join();
    EXPECT_EQ(unguarded, 500);
    EXPECT_TRUE(always_inside);
}

TEST_F(Asio, tells_of_cancelled_tasks) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    const auto held = hold_all_slots(gate);
    const auto waiting = pool().submit(add, 1, 2);
    bool was_cancelled = false;
    async_wait(waiting, asio::bind_executor(context, [&](const std::exception_ptr& error, int) {
                   try {
                       if (error) std::rethrow_exception(error);
                   } catch (const CancelledError&) {
                       was_cancelled = true;
                   }
               }));
    EXPECT_TRUE(waiting.cancel());
    context.run();
    EXPECT_TRUE(was_cancelled);
    gate.open();
}

struct Cell {  // without a default constructor
    explicit Cell(int number_) : number(number_) {}
    int number;
};

TEST_F(Asio, gives_results_that_cannot_be_made_from_nothing_as_optional) {
    std::future<std::optional<Cell>> cell = pool().async_submit([](int n) { return Cell(n); }, 7, asio::use_future);
    EXPECT_EQ(cell.get().value().number, 7);
}

TEST_F(Asio, may_be_left_while_tasks_run) {
    RANKPOOL_NEEDS_BACKGROUND();
    const Gate gate = Gate::make();
    Future<int> future = pool().submit(pass_with, gate, 5);
    asio::thread_pool threads(1);
    bool was_called = false;
    async_wait(future, asio::bind_executor(threads, [&](const std::exception_ptr&, int) { was_called = true; }));
    threads.stop();
    threads.join();
    gate.open();
    EXPECT_EQ(future.result(), 5);
    end_pool();
    EXPECT_FALSE(was_called);
}

#if BOOST_VERSION >= 108000
TEST_F(Asio, submits_deferred_calls_when_they_are_started) {
    const Counter runs = Counter::make();
    auto deferred = pool().async_submit(count_and_return, runs, 5, asio::deferred);
    EXPECT_EQ(runs.value(), 0);
    EXPECT_EQ(std::move(deferred)(asio::use_future).get(), 5);
}
#endif

}  // namespace
}  // namespace rankpool::tests
