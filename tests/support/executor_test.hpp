#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/rankpool.hpp>

#include "board.hpp"

namespace rankpool::tests {

using namespace std::chrono_literals;

#if defined(__SANITIZE_THREAD__)
inline constexpr bool has_thread_sanitizer = true;
#elif defined(__has_feature)
inline constexpr bool has_thread_sanitizer = __has_feature(thread_sanitizer);
#else
inline constexpr bool has_thread_sanitizer = false;
#endif

/// Longer than anything takes on a busy machine; who waits so long has found a hang.
inline constexpr auto patience = 60s;

/// How a test wants its executor. Every rank gets the same.
struct PoolSetup {
    std::size_t slots = 0;                            ///< 0: as this run of the tests says
    void (*initializer)() = nullptr;                  ///< a plain function, so that other ranks find theirs
    bool coordinator_works = false;                   ///< rank 0 runs tasks too
    double gpus = 0;                                  ///< that each rank lends to tasks
    Duration time{};                                  ///< of the pool, from when it is made; 0: no end
    std::uint64_t seed = RandomStream::default_seed;  ///< given on rank 0 only
    std::size_t memory_budget = 0;                    ///< of each rank; 0: what the machine has
    std::size_t spill_budget = std::size_t{1} << 30;  ///< of each rank
};

/// The kind of executor that this run of the conformance tests is about.
class ExecutorUnderTest {
  public:
    virtual ~ExecutorUnderTest() = default;
    virtual std::unique_ptr<Executor> make(const PoolSetup& setup) = 0;
    /// False: tasks run inside submit().
    virtual bool runs_in_background() const { return true; }
    /// How many MPI ranks there are.
    virtual int ranks() const { return 1; }
    /// False: arguments and results are packed.
    virtual bool shares_memory() const { return true; }
};
/// Set by main().
std::unique_ptr<ExecutorUnderTest>& executor_under_test();

/// Looks until the condition holds; false if it never does.
template <class Condition>
bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(500us);
    }
    return true;
}

// Tasks that many tests use.
inline void pass(Gate gate) { gate.wait(); }
inline int pass_with(Gate gate, int value) { return gate.wait(), value; }
inline void announce_and_pass(Counter started, Gate gate) {
    started.add();
    gate.wait();
}
inline int add(int a, int b) { return a + b; }
inline int negate(int a) { return -a; }
inline int count_and_return(Counter runs, int value) { return runs.add(), value; }

/// A test that runs on every kind of executor: locally on each kind, under mpirun on any number of ranks. What it
/// submits must be able to cross ranks.
class ExecutorTest : public ::testing::Test {
  protected:
    ~ExecutorTest() override {
        Board::instance().open_all_gates();
        pool_.reset();
        Board::instance().clear();
    }

    /// The executor; made with the default setup if the test has not made it otherwise.
    Executor& pool() { return pool_ ? *pool_ : make_pool({}); }
    Executor& make_pool(const PoolSetup& setup) {
        pool_.reset();
        pool_ = executor_under_test()->make(setup);
        return *pool_;
    }
    /// Runs the executor's destructor.
    void end_pool() { pool_.reset(); }

    /// Keeps all slots busy until the gate is opened; returns when all of them are.
    std::vector<Future<void>> hold_all_slots(Gate gate) {
        const Counter started = Counter::make();
        const auto slots = static_cast<std::int64_t>(pool().slots());
        std::vector<Future<void>> held;
        for (std::int64_t i = 0; i < slots; ++i) held.push_back(pool().submit(announce_and_pass, started, gate));
        EXPECT_TRUE(eventually([&] { return started.value() == slots; }))
            << started.value() << " of " << slots << " slots took a task";
        return held;
    }

  private:
    std::unique_ptr<Executor> pool_;
};

}  // namespace rankpool::tests

/// For rules about what happens meanwhile.
#define RANKPOOL_NEEDS_BACKGROUND()                                        \
    if (!::rankpool::tests::executor_under_test()->runs_in_background()) { \
        GTEST_SKIP() << "this executor runs tasks inside submit()";        \
    }                                                                      \
    static_assert(true)
#define RANKPOOL_NEEDS_SLOTS(count)                                                \
    if (pool().slots() < (count)) GTEST_SKIP() << "needs " << (count) << " slots"; \
    static_assert(true)
#define RANKPOOL_NEEDS_ONE_SLOT()                                     \
    if (pool().slots() != 1) GTEST_SKIP() << "a rule about one slot"; \
    static_assert(true)
