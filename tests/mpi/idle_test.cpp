#include <sys/resource.h>
#include <vector>

#include "../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class Idle : public ExecutorTest {};

constexpr auto watched = 500ms;
// Generous: a rank that spins takes all of a core.
constexpr Duration at_most = watched * 3 / 10;

Duration cpu_time() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto in_ns = [](const timeval& time) {
        return Duration(std::chrono::seconds(time.tv_sec)) + std::chrono::microseconds(time.tv_usec);
    };
    return in_ns(usage.ru_utime) + in_ns(usage.ru_stime);
}

// Runs on every worker once: all wait until all have come.
std::int64_t cpu_time_here(Counter arrived, std::int64_t workers) {
    arrived.add();
    while (arrived.value() < workers) std::this_thread::sleep_for(1ms);
    return cpu_time().count();
}

std::vector<Duration> cpu_times(Executor& pool) {
    const auto workers = static_cast<std::int64_t>(pool.slots());
    const Counter arrived = Counter::make();
    std::vector<Future<std::int64_t>> futures;
    for (std::int64_t i = 0; i < workers; ++i) futures.push_back(pool.submit(cpu_time_here, arrived, workers));
    std::vector<Duration> times{cpu_time()};
    for (const auto& future : futures) times.emplace_back(future.result(patience));
    return times;
}

Duration sum(const std::vector<Duration>& times) {
    Duration total{};
    for (const Duration time : times) total += time;
    return total;
}

TEST_F(Idle, ranks_do_not_spin) {
    const auto before = cpu_times(pool());
    std::this_thread::sleep_for(watched);
    const auto after = cpu_times(pool());
    EXPECT_LT(sum(after) - sum(before), static_cast<int>(before.size()) * at_most);
}

TEST_F(Idle, a_driver_that_waits_does_not_spin) {
    const Gate gate = Gate::make();
    const auto before = cpu_time();
    const auto future = pool().submit(pass_with, gate, 3);
    EXPECT_THROW((void)future.result(watched), TimeoutError);
    EXPECT_LT(cpu_time() - before, at_most);
    gate.open();
    EXPECT_EQ(future.result(), 3);
}

TEST_F(Idle, workers_that_run_a_long_task_do_not_spin_besides) {
    const Gate gate = Gate::make();
    const auto used = [](Gate wait_for) {
        const Duration before = cpu_time();
        wait_for.wait();
        return (cpu_time() - before).count();
    };
    std::vector<Future<std::int64_t>> futures;
    for (std::size_t i = 0; i < pool().slots(); ++i) futures.push_back(pool().submit(used, gate));
    std::this_thread::sleep_for(watched);
    gate.open();
    for (const auto& future : futures) EXPECT_LT(Duration(future.result()), at_most);
}

}  // namespace
}  // namespace rankpool::tests
