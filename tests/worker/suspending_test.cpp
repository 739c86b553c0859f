// Tasks that wait: their thread goes on with others, and everything that belongs to them is there when they go on.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <worker/played_coordinator.hpp>

#include <gtest/gtest.h>

namespace rankpool {
namespace {

using namespace std::chrono_literals;
using protocol::Kind;
using Heard = std::vector<std::string>;

constexpr std::size_t small_stack = 256 << 10;

int pass_gate(std::uint32_t gate) { return Gates::future(gate).result(); }
int twice(int x) { return 2 * x; }

struct Suspending : testing::TestWithParam<std::uint32_t> {
    void SetUp() override { Gates::reset(); }
    static WorkerOptions options() {
        return {.rank = 1, .host = "here", .slots = GetParam(), .stack_bytes = small_stack};
    }
};

INSTANTIATE_TEST_SUITE_P(Slots, Suspending, testing::Values(1U, 4U));

TEST_P(Suspending, a_waiting_task_makes_room_for_others) {
    PlayedCoordinator pool(options());
    pool.assign(1, {}, pass_gate, std::uint32_t{1});
    EXPECT_TRUE(pool.wait_for("suspended 1"));
    for (std::uint32_t task = 10; task < 20; ++task) pool.assign(task, {}, twice, 1);
    EXPECT_TRUE(pool.wait_for_ends(10));
    Gates::open(1, 7);
    EXPECT_EQ(pool.result_of<int>(1), 7);
    const auto resumed = std::find(pool.heard.begin(), pool.heard.end(), "resumed 1");
    EXPECT_NE(std::find(resumed, pool.heard.end(), "finished 1"), pool.heard.end());
}

TEST_P(Suspending, a_gate_that_is_open_suspends_nobody) {
    PlayedCoordinator pool(options());
    Gates::open(1, 7);
    pool.assign(1, {}, pass_gate, std::uint32_t{1});
    EXPECT_EQ(pool.result_of<int>(1), 7);
    EXPECT_EQ(pool.heard, (Heard{"hello", "finished 1"}));
}

TEST_P(Suspending, waiting_counts_as_no_work) {
    PlayedCoordinator pool(options());
    pool.assign(1, {}, pass_gate, std::uint32_t{1});
    EXPECT_TRUE(pool.wait_for("suspended 1"));
    const Instant start = now();
    std::this_thread::sleep_for(20ms);
    Gates::open(1);
    EXPECT_TRUE(pool.wait_for_ends(1));
    EXPECT_LE(pool.outcomes[1].busy, now() - start);
    EXPECT_LT(pool.outcomes[1].busy, 20ms);
}

TEST_P(Suspending, tasks_go_on_in_any_order) {
    constexpr std::uint32_t count = 100;
    PlayedCoordinator pool(options());
    for (std::uint32_t task = 0; task < count; ++task) pool.assign(task, {}, pass_gate, task);
    EXPECT_TRUE(pool.wait([&] { return pool.heard.size() == count + 1; }));
    for (std::uint32_t i = 0; i < count; ++i) Gates::open(i * 37 % count, static_cast<int>(i));
    for (std::uint32_t i = 0; i < count; ++i) EXPECT_EQ(pool.result_of<int>(i * 37 % count), static_cast<int>(i));
}

// Each gate is waited for by tasks that were suspended before, and opened by several threads.
TEST_P(Suspending, loses_no_wake_up) {
    constexpr std::uint32_t count = 2'000;
    PlayedCoordinator pool(options());
    std::vector<std::thread> openers;
    for (std::uint32_t opener = 0; opener < 3; ++opener) {
        openers.emplace_back([opener] {
            for (std::uint32_t gate = opener; gate < count; gate += 3) {
                if (gate % 5 == 0) std::this_thread::sleep_for(20us);
                Gates::open(gate, static_cast<int>(gate));
            }
        });
    }
    for (std::uint32_t task = 0; task < count; ++task) pool.assign(task, {}, pass_gate, task);
    EXPECT_TRUE(pool.wait_for_ends(count));
    for (std::thread& opener : openers) opener.join();
    for (std::uint32_t task = 0; task < count; ++task) EXPECT_EQ(pool.result_of<int>(task), static_cast<int>(task));
}

TEST_P(Suspending, tasks_keep_their_context) {
    PlayedCoordinator pool(options());
    const auto tell_after = [](std::uint32_t gate) {
        const std::string before = this_task::name() + this_task::key() + std::to_string(this_task::attempt());
        (void)Gates::future(gate).result();
        return before == this_task::name() + this_task::key() + std::to_string(this_task::attempt()) ? before : "lost";
    };
    for (std::uint32_t task = 0; task < 20; ++task) {
        pool.assign(task, {.attempt = task + 1, .name = "n" + std::to_string(task), .key = "k"}, tell_after, task);
    }
    for (std::uint32_t task = 0; task < 20; ++task) Gates::open(19 - task);
    for (std::uint32_t task = 0; task < 20; ++task) {
        EXPECT_EQ(pool.result_of<std::string>(task), "n" + std::to_string(task) + "k" + std::to_string(task + 1));
    }
}

TEST_P(Suspending, tasks_can_be_told_to_stop) {
    PlayedCoordinator pool(options());
    pool.assign(
        1, {},
        [](std::uint32_t gate) {
            (void)Gates::future(gate).result();
            return this_task::stop_requested();
        },
        std::uint32_t{1});
    EXPECT_TRUE(pool.wait_for("suspended 1"));
    pool.tell(Kind::stop_task, 1U, 1U);
    pool.tell(Kind::revoke, 1U, 1U);
    pool.meet();
    Gates::open(1);
    EXPECT_TRUE(pool.result_of<bool>(1));
    EXPECT_EQ(pool.heard, (Heard{"hello", "suspended 1", "revoke_refused 1", "resumed 1", "finished 1"}));
}

TEST_P(Suspending, the_worker_waits_for_suspended_tasks_before_it_ends) {
    PlayedCoordinator pool(options());
    pool.assign(1, {}, pass_gate, std::uint32_t{1});
    EXPECT_TRUE(pool.wait_for("suspended 1"));
    pool.tell(Kind::stop, 0U, 0U);
    pool.meet();
    std::this_thread::sleep_for(2ms);
    pool.meet();
    EXPECT_EQ(pool.heard.back(), "suspended 1");
    Gates::open(1);
    pool.stop(0);
    EXPECT_EQ(pool.heard, (Heard{"hello", "suspended 1", "resumed 1", "finished 1", "goodbye"}));
}

// What a task handles and unwinds while it waits is its own, whatever others throw on its thread meanwhile.
int wait_in_catch_block(std::uint32_t gate) {
    try {
        throw std::out_of_range("outer " + std::to_string(gate));
    } catch (const std::exception&) {
        try {
            throw static_cast<int>(gate);
        } catch (int) {
            (void)Gates::future(gate).result();
            try {
                throw;
            } catch (int inner) {
                if (inner != static_cast<int>(gate)) return -1;
            }
        }
        try {
            throw;
        } catch (const std::out_of_range& outer) {
            return std::string(outer.what()) == "outer " + std::to_string(gate) ? 1 : -2;
        }
    }
}

struct WaitsWhileItGoes {
    explicit WaitsWhileItGoes(std::uint32_t gate_) : gate(gate_) {}
    ~WaitsWhileItGoes() {
        exceptions_before = std::uncaught_exceptions();
        (void)Gates::future(gate).result();
        exceptions_after = std::uncaught_exceptions();
    }
    std::uint32_t gate;
    static thread_local int exceptions_before;
    static thread_local int exceptions_after;
};
thread_local int WaitsWhileItGoes::exceptions_before = 0;
thread_local int WaitsWhileItGoes::exceptions_after = 0;

int wait_while_unwinding(std::uint32_t gate) {
    if (std::uncaught_exceptions() != 0) return -1;  // Not this task's.
    try {
        const WaitsWhileItGoes object(gate);
        throw gate;
    } catch (std::uint32_t thrown) {
        return thrown == gate && std::uncaught_exceptions() == 0 ? 1 : -2;
    }
}

TEST_P(Suspending, exceptions_stay_with_their_tasks) {
    constexpr std::uint32_t count = 60;
    PlayedCoordinator pool(options());
    for (std::uint32_t task = 0; task < count; ++task) {
        if (task % 2 == 0) {
            pool.assign(task, {}, wait_in_catch_block, task);
        } else {
            pool.assign(task, {}, wait_while_unwinding, task);
        }
    }
    EXPECT_TRUE(pool.wait([&] { return pool.heard.size() == count + 1; }));
    for (std::uint32_t i = 0; i < count; ++i) Gates::open(i * 7 % count);
    for (std::uint32_t task = 0; task < count; ++task) EXPECT_EQ(pool.result_of<int>(task), 1) << task;
}

TEST_P(Suspending, a_timeout_ends_the_wait_and_not_the_task) {
    PlayedCoordinator pool(options());
    const auto give_up = [](std::uint32_t gate, int milliseconds) {
        try {
            return Gates::future(gate).result(std::chrono::milliseconds(milliseconds));
        } catch (const TimeoutError&) {
            return -1;
        }
    };
    constexpr std::uint32_t count = 50;
    for (std::uint32_t task = 0; task < count; ++task) {
        pool.assign(task, {}, give_up, task, static_cast<int>(task) % 7);
    }
    pool.assign(1000, {}, give_up, std::uint32_t{1000}, 100'000);
    pool.assign(1001, {}, pass_gate, std::uint32_t{1000});
    EXPECT_TRUE(pool.wait_for_ends(count));
    for (std::uint32_t task = 0; task < count; ++task) {
        EXPECT_EQ(pool.result_of<int>(task), -1);
        Gates::open(task);  // Nobody waits any more.
    }
    Gates::open(1000, 5);
    EXPECT_EQ(pool.result_of<int>(1000), 5);
    EXPECT_EQ(pool.result_of<int>(1001), 5);
}

TEST_P(Suspending, timeouts_pass_although_the_worker_is_never_idle) {
    PlayedCoordinator pool(options());
    const auto give_up = [] {
        try {
            return Gates::future(1).result(1ms);
        } catch (const TimeoutError&) {
            return -1;
        }
    };
    pool.assign(1, {}, give_up);
    std::uint32_t task = 2;
    // Its worker always has a next task.
    EXPECT_TRUE(pool.wait([&] {
        while (task < pool.outcomes.size() + 50) {
            pool.assign(task++, {}, [] { std::this_thread::sleep_for(100us); });
        }
        return pool.outcomes.count(1) != 0;
    }));
    EXPECT_EQ(pool.result_of<int>(1), -1);
}

TEST_P(Suspending, a_race_between_timeout_and_end_gives_one_of_the_two) {
    PlayedCoordinator pool(options());
    const auto give_up = [](std::uint32_t gate) {
        try {
            return Gates::future(gate).result(200us);
        } catch (const TimeoutError&) {
            return -1;
        }
    };
    for (std::uint32_t task = 0; task < 300; ++task) {
        pool.assign(task, {}, give_up, task);
        std::this_thread::sleep_for(150us);
        Gates::open(task, 5);
        const int result = pool.result_of<int>(task);
        EXPECT_TRUE(result == 5 || result == -1) << result;
    }
}

std::size_t stacks_in_memory() {
    std::ifstream maps("/proc/self/maps");
    std::size_t count = 0;
    for (std::string line; std::getline(maps, line);) {
        unsigned long start = 0;
        unsigned long end = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx rw", &start, &end) == 2) count += end - start == small_stack ? 1 : 0;
    }
    return count;
}

TEST_P(Suspending, stacks_are_given_back) {
    constexpr std::uint32_t count = has_thread_sanitizer ? 300 : 2'000;
    PlayedCoordinator pool(options());
    for (std::uint32_t round = 0; round < 2; ++round) {
        const std::uint32_t first = round * count;
        for (std::uint32_t task = first; task < first + count; ++task) pool.assign(task, {}, pass_gate, task);
        EXPECT_TRUE(pool.wait([&] {
            return static_cast<std::uint32_t>(std::count_if(
                       pool.heard.begin(), pool.heard.end(),
                       [](const std::string& words) { return words.starts_with("suspended"); })) == first + count;
        }));
        for (std::uint32_t task = first; task < first + count; ++task) Gates::open(task, 1);
        EXPECT_TRUE(pool.wait_for_ends(first + count));
    }
    // Some are kept for the next tasks that wait: 64 for each slot and one at work. (TSan's own mappings look alike.)
    const auto expect_at_most = [](std::size_t stacks) {
        if (!has_thread_sanitizer) {
            EXPECT_LE(stacks_in_memory(), stacks);
        }
    };
    expect_at_most((64 + 2) * std::size_t{GetParam()});
    pool.stop(0);
    expect_at_most(2);
}

TEST_P(Suspending, a_task_that_gets_no_stack_to_wait_on_fails_and_the_worker_goes_on) {
    WorkerOptions greedy = options();
    greedy.stack_bytes = std::size_t{1} << 47;  // More than there are addresses.
    PlayedCoordinator pool(greedy);
    for (std::uint32_t task = 0; task < 8; ++task) {
        pool.assign(task, {}, pass_gate, std::uint32_t{1});
        EXPECT_NE(pool.failure_of(task).message.find("RANKPOOL_TASK_STACK_KIB"), std::string::npos);
        pool.assign(100 + task, {}, twice, 4);
        EXPECT_EQ(pool.result_of<int>(100 + task), 8);
    }
    Gates::open(1);
    pool.assign(200, {}, pass_gate, std::uint32_t{1});
    EXPECT_EQ(pool.result_of<int>(200), 1);
}

}  // namespace
}  // namespace rankpool
