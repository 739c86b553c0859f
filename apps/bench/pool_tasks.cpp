// Tasks that do nothing, or nothing but use a core for so long.
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/pool.hpp"
#include "bench/pool_check.hpp"
#include "bench/work.hpp"

namespace rankpool::apps {
namespace {

std::int64_t next_number(std::int64_t number) { return number + 1; }

/// Of 1 to `count`.
std::int64_t sum_to(std::uint64_t count) { return static_cast<std::int64_t>(count * (count + 1) / 2); }

double submit_empty_tasks(Executor& pool, std::uint64_t count) {
    std::vector<Future<std::int64_t>> futures;
    futures.reserve(count);
    std::int64_t sum = 0;
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i)
        futures.push_back(pool.submit(bench_add, static_cast<std::int64_t>(i), std::int64_t{1}));
    for (const auto& future : futures) sum += future.result();
    const double seconds = seconds_now() - start;
    require_right(sum == sum_to(count));
    return seconds;
}

double map_empty_tasks(Executor& pool, std::uint64_t count) {
    std::vector<std::int64_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0);
    std::int64_t sum = 0;
    const double start = seconds_now();
    for (std::int64_t number : pool.map(next_number, numbers)) sum += number;
    const double seconds = seconds_now() - start;
    require_right(sum == sum_to(count));
    return seconds;
}

double submit_work(Executor& pool, std::uint64_t turns, std::uint64_t count) {
    std::vector<Future<std::uint64_t>> futures;
    futures.reserve(count);
    bool is_right = true;
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i) futures.push_back(pool.submit(work, turns));
    for (const auto& future : futures) is_right = is_right && future.result() == futures.front().result();
    const double seconds = seconds_now() - start;
    require_right(is_right);
    return seconds;
}

double map_work(Executor& pool, std::uint64_t turns, std::uint64_t count) {
    const std::vector<std::uint64_t> items(count, turns);
    std::uint64_t results = 0;
    const double start = seconds_now();
    for (const std::uint64_t number : pool.map(work, items)) results += number != 0 ? 1 : 0;
    const double seconds = seconds_now() - start;
    require_right(results == count);
    return seconds;
}

}  // namespace

std::int64_t bench_add(std::int64_t a, std::int64_t b) { return a + b; }

void require_right(bool is_right) {
    if (!is_right) throw std::logic_error("bench: the pool returned a wrong result");
}

double call_and_wait(Executor& pool, std::uint64_t count) {
    std::int64_t sum = 0;
    const double start = seconds_now();
    for (std::uint64_t i = 0; i < count; ++i)
        sum += pool.submit(bench_add, static_cast<std::int64_t>(i), std::int64_t{1}).result();
    const double seconds = seconds_now() - start;
    require_right(sum == sum_to(count));
    return seconds;
}

std::vector<PoolCase> task_cases(const Workplace& workplace) {
    std::vector<PoolCase> cases = {
        {{"tasks.submit.empty", "tasks/s", Quantity::rate, 1, Topic::tasks, "farm.naive"}, submit_empty_tasks},
        {{"tasks.map.empty", "tasks/s", Quantity::rate, 1, Topic::tasks, "farm.naive"}, map_empty_tasks},
        {{"latency.round_trip", "us", Quantity::time, 1e6, Topic::latency, "raw.round_trip"}, call_and_wait}};
    // Also where a core is shared by several ranks and each block takes time slices: a few tasks would tell nothing.
    cases[0].spec.count_min = empty_tasks_min;
    cases[1].spec.count_min = 10 * empty_tasks_min;
    cases[2].spec.count_min = empty_tasks_min / 10;
    for (const auto& [way, run] : {std::pair{"submit.", &submit_work}, std::pair{"map.", &map_work}}) {
        for (const TaskLength& length : task_lengths) {
            const auto turns = static_cast<std::uint64_t>(length.seconds * workplace.turns_per_s);
            const std::string name = length.name;
            cases.push_back(
                {{"tasks." + (way + name), "tasks/s", Quantity::rate, 1, Topic::tasks, "farm.naive." + name},
                 [turns, call = run](Executor& pool, std::uint64_t count) { return call(pool, turns, count); }});
            cases.back().spec.count_min = length.count_min * static_cast<std::uint64_t>(workplace.workers());
        }
    }
    return cases;
}

}  // namespace rankpool::apps
