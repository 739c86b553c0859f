#include "bench_pool_cases.hpp"

#include <chrono>
#include <malloc.h>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "bench_blocks.hpp"

namespace rankpool::apps {
namespace {

std::int64_t add(std::int64_t a, std::int64_t b) { return a + b; }

std::int64_t next_number(std::int64_t number) { return number + 1; }

std::vector<std::byte> echo(std::vector<std::byte> payload) { return payload; }

void hold_worker(std::int64_t milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

void require(bool is_right) {
    if (!is_right) throw std::logic_error("bench: the pool returned a wrong result");
}

/// Of 1 to `count`.
std::int64_t sum_to(std::uint64_t count) { return static_cast<std::int64_t>(count * (count + 1) / 2); }

}  // namespace

void warm_up(Executor& pool) {
    for (std::int64_t i = 0; i < 20; ++i) require(pool.submit(add, i, std::int64_t{1}).result() == i + 1);
}

double submit_empty_tasks(Executor& pool, std::uint64_t count) {
    std::vector<Future<std::int64_t>> futures;
    futures.reserve(count);
    std::int64_t sum = 0;
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i)
        futures.push_back(pool.submit(add, static_cast<std::int64_t>(i), std::int64_t{1}));
    for (const auto& future : futures) sum += future.result();
    const double seconds = seconds_now() - start;
    require(sum == sum_to(count));
    return seconds;
}

double map_empty_tasks(Executor& pool, std::uint64_t count) {
    std::vector<std::int64_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0);
    std::int64_t sum = 0;
    const double start = seconds_now();
    for (std::int64_t number : pool.map(next_number, numbers)) sum += number;
    const double seconds = seconds_now() - start;
    require(sum == sum_to(count));
    return seconds;
}

double call_and_wait(Executor& pool, std::uint64_t count) {
    std::int64_t sum = 0;
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i)
        sum += pool.submit(add, static_cast<std::int64_t>(i), std::int64_t{1}).result();
    const double seconds = seconds_now() - start;
    require(sum == sum_to(count));
    return seconds;
}

double echo_payload(Executor& pool, std::size_t bytes, std::uint64_t count) {
    const std::vector<std::byte> payload(bytes, std::byte{42});
    bool is_right = true;
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto future = pool.submit(echo, payload);
        const auto& back = future.result();
        is_right = is_right && back.size() == bytes && back.back() == payload.back();
    }
    const double seconds = seconds_now() - start;
    require(is_right);
    return seconds;
}

double memory_of_queued_task(Executor& pool) {
    constexpr std::size_t task_count = 100'000;
    // Workers that sleep take tasks only as far as they are prefilled; the rest waits on rank 0.
    std::vector<Future<void>> holding;
    for (std::size_t slot = 0; slot < pool.slots(); ++slot)
        holding.push_back(pool.submit(hold_worker, std::int64_t{300}));
    std::vector<Future<std::int64_t>> futures(task_count);
    const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    for (std::size_t i = 0; i < task_count; ++i)
        futures[i] = pool.submit(add, static_cast<std::int64_t>(i), std::int64_t{1});
    const std::size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
    for (const auto& future : futures) future.cancel();
    for (const auto& future : holding) future.result();
    const double grown = after > before ? static_cast<double>(after - before) : 0;
    return grown / static_cast<double>(task_count) + sizeof(Future<std::int64_t>);
}

}  // namespace rankpool::apps
