// Tasks that wait for each other in a circle. Futures get there through the memory of a process, so all tasks of a test
// are on one rank.
#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "../../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Deadlock : public ExecutorTest {};

Executor& here() { return this_task::executor(); }

struct Exchange {
    std::array<Future<int>, 4> futures;
    std::atomic<bool> is_complete{false};

    static Exchange& instance() {
        static Exchange exchange;
        return exchange;
    }
    const Future<int>& at(std::size_t i) {
        while (!is_complete) std::this_thread::yield();
        return futures[i];
    }
    void clear() {
        is_complete = false;
        futures = {};
    }
};

int take_from(std::size_t i) { return Exchange::instance().at(i).result(); }
int take_from_either(std::size_t i, std::size_t j) {
    const std::vector both{Exchange::instance().at(i), Exchange::instance().at(j)};
    for (const auto& done : as_completed(both)) return done.result();
    return 0;
}
int take_in_time(std::size_t i) {
    try {
        return Exchange::instance().at(i).result(20ms);
    } catch (const TimeoutError&) {
        return -1;
    }
}
Async<int> await_from(std::size_t i) { co_return co_await Exchange::instance().at(i); }

TaskOptions named(const char* name) { return {.name = name, .on_rank = this_task::rank()}; }

/// Waits for all, and says how each ended: its result, or its DeadlockError.
std::vector<std::string> ends_of_exchange(std::size_t count) {
    Exchange& exchange = Exchange::instance();
    exchange.is_complete = true;
    std::vector<std::string> ends;
    for (std::size_t i = 0; i < count; ++i) {
        try {
            ends.push_back(std::to_string(exchange.futures[i].result()));
        } catch (const DeadlockError& error) {
            ends.emplace_back(error.what());
        }
    }
    exchange.clear();
    return ends;
}

bool says(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

TEST_F(Deadlock, of_two_tasks_is_reported_with_their_names) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto ping_pong = [] {
        Exchange::instance().futures[0] = here().submit(named("ping"), take_from, 1U);
        Exchange::instance().futures[1] = here().submit(named("pong"), take_from, 0U);
        return ends_of_exchange(2);
    };
    for (int again = 0; again < 10; ++again) {
        for (const std::string& end : pool().submit(ping_pong).result(patience)) {
            EXPECT_TRUE(says(end, "'ping' waits for 'pong' waits for 'ping'") ||
                        says(end, "'pong' waits for 'ping' waits for 'pong'"))
                << end;
        }
    }
    EXPECT_EQ(pool().submit(add, 1, 2).result(), 3) << "the pool goes on";
}

TEST_F(Deadlock, of_a_task_with_itself) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto narcissus = [] {
        Exchange::instance().futures[0] = here().submit(named("narcissus"), take_from, 0U);
        return ends_of_exchange(1);
    };
    const auto ends = pool().submit(narcissus).result(patience);
    EXPECT_TRUE(says(ends.at(0), "'narcissus' waits for itself")) << ends.at(0);
}

TEST_F(Deadlock, through_inputs) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto through_then = [] {
        auto& futures = Exchange::instance().futures;
        futures[0] = here().submit(named("giver"), take_from, 2U);
        futures[1] = here().submit({.name = "user"}, negate, futures[0]);
        futures[2] = here().submit({.name = "adder"}, add, futures[1], 1);
        return ends_of_exchange(3);
    };
    for (const std::string& end : pool().submit(through_then).result(patience)) {
        EXPECT_TRUE(says(end, "'giver' waits for 'adder' waits for 'user' waits for 'giver'")) << end;
    }
}

TEST_F(Deadlock, in_any_way_of_waiting) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto mixed = [] {
        auto& futures = Exchange::instance().futures;
        futures[0] = here().submit(named("a"), take_from_either, 1U, 2U);
        futures[1] = here().submit(named("b"), await_from, 0U);
        futures[2] = here().submit(named("c"), take_from, 0U);
        return ends_of_exchange(3);
    };
    for (const std::string& end : pool().submit(mixed).result(patience)) {
        EXPECT_TRUE(says(end, "wait for each other")) << end;
    }
}

TEST_F(Deadlock, is_none_while_somebody_can_go_on) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto one_ends = [] {
        auto& futures = Exchange::instance().futures;
        futures[0] = here().submit(named("a"), take_from_either, 1U, 3U);
        futures[1] = here().submit(named("b"), take_from, 0U);
        futures[2] = here().submit(named("c"), take_in_time, 2U);  // for itself, but not for ever
        futures[3] = here().submit(named("d"), add, 3, 4);
        return ends_of_exchange(4);
    };
    for (int again = 0; again < 10; ++again) {
        EXPECT_EQ(pool().submit(one_ends).result(patience), (std::vector<std::string>{"7", "7", "-1", "7"}));
    }
}

TEST_F(Deadlock, can_be_handled_like_any_failure) {
    RANKPOOL_NEEDS_BACKGROUND();
    const auto recovering = [] {
        const auto give_up = [](std::size_t i) {
            try {
                return take_from(i);
            } catch (const DeadlockError&) {
                return 5;
            }
        };
        Exchange::instance().futures[0] = here().submit(named("a"), give_up, 1U);
        Exchange::instance().futures[1] = here().submit(named("b"), give_up, 0U);
        return ends_of_exchange(2);
    };
    EXPECT_EQ(pool().submit(recovering).result(patience), (std::vector<std::string>{"5", "5"}));
}

}  // namespace
}  // namespace rankpool::tests
