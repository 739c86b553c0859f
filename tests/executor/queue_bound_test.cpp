#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/rankpool.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;

TEST(QueueBound, submit_waits_while_as_many_tasks_are_queued_as_declared) {
    ThreadPoolExecutor pool(PoolOptions{.slots = 1, .queued_tasks_max = 3});
    std::atomic<bool> open = false;
    std::atomic<int> submitted = 0;
    std::vector<Future<int>> futures;
    std::thread user([&] {
        for (int i = 0; i < 10; ++i) {
            futures.push_back(pool.submit([&open, i] {
                while (!open) std::this_thread::sleep_for(100us);
                return i;
            }));
            ++submitted;
        }
    });
    while (submitted < 3) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(20ms);
    EXPECT_EQ(submitted, 3) << "the fourth submit has to wait";
    open = true;
    user.join();
    for (int i = 0; i < 10; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].result(), i);
}

TEST(QueueBound, counts_the_bytes_of_packed_arguments) {
    ThreadPoolExecutor threads(PoolOptions{.slots = 1, .check_serialization = true, .queued_bytes_max = 1000});
    Executor& pool = threads;
    std::vector<Future<std::size_t>> futures;
    for (int i = 0; i < 50; ++i) {
        futures.push_back(pool.submit([](const std::string& text) { return text.size(); }, std::string(900, 'x')));
    }
    for (const auto& future : futures) EXPECT_EQ(future.result(), 900U);
}

TEST(QueueBound, does_not_hold_up_tasks_that_submit_tasks) {
    ThreadPoolExecutor pool(PoolOptions{.slots = 1, .queued_tasks_max = 1});
    const auto parent = pool.submit([] {
        std::vector<Future<int>> parts;
        for (int i = 0; i < 20; ++i) parts.push_back(this_task::executor().submit([] { return 1; }));
        int sum = 0;
        for (const auto& part : parts) sum += part.result();
        return sum;
    });
    EXPECT_EQ(parent.result(), 20);
}

TEST(QueueBound, shutdown_ends_the_wait) {
    ThreadPoolExecutor pool(PoolOptions{.slots = 1, .queued_tasks_max = 1});
    std::atomic<bool> open = false;
    std::atomic<bool> was_refused = false;
    const auto first = pool.submit([&open] {
        while (!open) std::this_thread::sleep_for(100us);
    });
    std::thread user([&] {
        try {
            pool.submit([] {});
        } catch (const ShutdownError&) {
            was_refused = true;
        }
    });
    std::this_thread::sleep_for(10ms);
    pool.shutdown({.wait = false});
    user.join();
    EXPECT_TRUE(was_refused);
    open = true;
}

}  // namespace
}  // namespace rankpool
