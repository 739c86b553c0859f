#include <cstdlib>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "../support/count_up.hpp"
#include "../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Stress : public ExecutorTest {};

constexpr auto lasting = 4s;

struct Order {
    std::uint64_t seed = 0;
    int depth = 0;  // of nested tasks
    bool fails = false;
    int nap_us = 0;
};

// The number that a task computes; nested ones are part of it.
std::uint64_t expected_sum(Order order, std::size_t bytes) {
    std::uint64_t sum = order.seed * 31 + bytes;
    if (order.depth > 0) {
        for (std::uint64_t i = 0; i < 3; ++i) {
            sum += expected_sum({order.seed + i, order.depth - 1, false, 0}, bytes / 2);
        }
    }
    return sum;
}

std::uint64_t compute(Order order, const std::string& text) {
    if (order.nap_us > 0) std::this_thread::sleep_for(std::chrono::microseconds(order.nap_us));
    if (order.fails) throw std::domain_error(std::to_string(order.seed));
    std::uint64_t sum = order.seed * 31 + text.size();
    if (order.depth > 0) {
        std::vector<Future<std::uint64_t>> parts;
        for (std::uint64_t i = 0; i < 3; ++i) {
            parts.push_back(this_task::executor().submit({.priority = static_cast<int>(i)}, compute,
                                                         Order{order.seed + i, order.depth - 1, false, 0},
                                                         std::string(text.size() / 2, 'n')));
        }
        if (order.seed % 2 == 0) {
            for (const auto& part : as_completed(parts)) sum += part.result();
        } else {
            for (const auto& part : parts) sum += part.result();
        }
    }
    return sum;
}

struct Submitted {
    Future<std::uint64_t> future;
    Order order;
    std::size_t bytes;
    bool was_cancelled;
};

void check(const Submitted& task) {
    if (task.was_cancelled) {
        EXPECT_THROW((void)task.future.result(patience), CancelledError);
        return;
    }
    try {
        EXPECT_EQ(task.future.result(patience), expected_sum(task.order, task.bytes));
        EXPECT_FALSE(task.order.fails);
    } catch (const std::domain_error& error) {
        EXPECT_TRUE(task.order.fails);
        EXPECT_EQ(error.what(), std::to_string(task.order.seed));
    }
}

TEST_F(Stress, random_sizes_priorities_cancels_failures_and_nesting) {
    const char* const given = std::getenv("RANKPOOL_TEST_SEED");
    const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device()();
    std::cout << "RANKPOOL_TEST_SEED=" << seed << std::endl;
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t bound) { return random() % bound; };
    const auto deadline = std::chrono::steady_clock::now() + lasting;
    std::vector<Submitted> open;
    std::size_t checked = 0;
    while (std::chrono::steady_clock::now() < deadline && !HasFailure()) {
        for (auto burst = below(60); burst != 0; --burst) {
            Order order{below(1000), below(8) == 0 ? 1 + static_cast<int>(below(3)) : 0, below(12) == 0,
                        below(20) == 0 ? static_cast<int>(below(3000)) : 0};
            if (order.fails) order.depth = 0;
            const std::size_t bytes =
                below(200) == 0 ? below(2'000'000) : (below(10) == 0 ? below(10'000) : below(100));
            const TaskOptions options{.name = below(3) == 0 ? "named" : "",
                                      .priority = static_cast<int>(below(5)) - 2,
                                      .retries = static_cast<int>(below(3))};
            open.push_back({pool().submit(options, compute, order, std::string(bytes, 's')), order, bytes, false});
        }
        for (auto cancels = below(8); cancels != 0 && !open.empty(); --cancels) {
            Submitted& task = open[below(open.size())];
            if (task.future.cancel()) task.was_cancelled = true;
        }
        while (open.size() > below(400)) {
            const std::size_t i = below(open.size());
            check(open[i]);
            std::swap(open[i], open.back());
            open.pop_back();
            ++checked;
        }
        if (below(10) == 0) {
            int i = 0;
            for (const int item : pool().map(negate, count_up(0, static_cast<int>(below(500))))) {
                EXPECT_EQ(item, -i++);
            }
        }
    }
    for (const Submitted& task : open) check(task);
    EXPECT_GT(checked, 0U) << "seed " << seed;
}

}  // namespace
}  // namespace rankpool::tests
