// Runs gtest's tests with one kind of executor: --executor=serial, threads:N, packed:N (threads that pack arguments as
// if they crossed ranks), or ranks (under mpirun: rank 0 runs the tests, the others serve each pool that a test makes).

#include <array>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <mpi.h>

#include <rankpool/mpi.hpp>
#include <rankpool/task/module_address.hpp>

#include "board.hpp"
#include "executor_test.hpp"

namespace rankpool::tests {

std::unique_ptr<ExecutorUnderTest>& executor_under_test() {
    static std::unique_ptr<ExecutorUnderTest> executor;
    return executor;
}

namespace {

void set_common(PoolOptions& options, const PoolSetup& setup) {
    if (setup.gpus > 0) options.resources = {{"gpu", setup.gpus}};
    if (setup.time > Duration{}) options.ends_at = now() + setup.time;
    options.memory_budget = setup.memory_budget;
    options.spill_budget = setup.spill_budget;
    options.seed = setup.seed;
}

class Serial final : public ExecutorUnderTest {
  public:
    std::unique_ptr<Executor> make(const PoolSetup& setup) override {
        PoolOptions options;
        set_common(options, setup);
        if (setup.initializer != nullptr) options.initializer = setup.initializer;
        return std::make_unique<SerialExecutor>(options);
    }
    bool runs_in_background() const override { return false; }
};

class Threads final : public ExecutorUnderTest {
  public:
    Threads(std::size_t slots, bool packed) : slots_(slots), packed_(packed) {}
    std::unique_ptr<Executor> make(const PoolSetup& setup) override {
        PoolOptions options;
        options.slots = setup.slots != 0 ? setup.slots : slots_;
        options.check_serialization = packed_;
        set_common(options, setup);
        if (setup.initializer != nullptr) options.initializer = setup.initializer;
        return std::make_unique<ThreadPoolExecutor>(options);
    }
    bool shares_memory() const override { return !packed_; }

  private:
    std::size_t slots_;
    bool packed_;
};

// What rank 0 tells the others before each pool; all zero: it was the last.
struct Announcement {
    std::uint64_t is_pool = 0;
    std::uint64_t slots = 0;
    std::uint64_t initializer = 0;  // portable_address
    std::uint64_t coordinator_works = 0;
    double gpus = 0;
    std::int64_t time_ns = 0;
    std::uint64_t memory_budget = 0;
    std::uint64_t spill_budget = 0;
};

Announcement tell_all(Announcement announcement) {
    MPI_Bcast(&announcement, sizeof announcement, MPI_BYTE, 0, MPI_COMM_WORLD);
    return announcement;
}

std::unique_ptr<RankPoolExecutor> make_rank_pool(const Announcement& announcement, std::uint64_t seed) {
    PoolOptions options;
    set_common(options, {.gpus = announcement.gpus,
                         .time = std::chrono::nanoseconds(announcement.time_ns),
                         .seed = seed,
                         .memory_budget = announcement.memory_budget,
                         .spill_budget = announcement.spill_budget});
    options.slots = announcement.slots;
    options.coordinator_work =
        announcement.coordinator_works != 0 ? CoordinatorWork::always : CoordinatorWork::when_alone;
    if (announcement.initializer != 0) {
        const void* const address = local_address(announcement.initializer);
        options.initializer = reinterpret_cast<void (*)()>(const_cast<void*>(address));
    }
    return std::make_unique<RankPoolExecutor>(MPI_COMM_WORLD, options);
}

class Ranks final : public ExecutorUnderTest {
  public:
    Ranks() { MPI_Comm_size(MPI_COMM_WORLD, &ranks_); }
    std::unique_ptr<Executor> make(const PoolSetup& setup) override {
        Announcement announcement;
        announcement.is_pool = 1;
        announcement.slots = setup.slots;
        announcement.coordinator_works = setup.coordinator_works ? 1 : 0;
        announcement.gpus = setup.gpus;
        announcement.time_ns = std::chrono::nanoseconds(setup.time).count();
        announcement.memory_budget = setup.memory_budget;
        announcement.spill_budget = setup.spill_budget;
        if (setup.initializer != nullptr) {
            announcement.initializer = portable_address(reinterpret_cast<const void*>(setup.initializer));
        }
        return make_rank_pool(tell_all(announcement), setup.seed);
    }
    int ranks() const override { return ranks_; }
    bool shares_memory() const override { return false; }

  private:
    int ranks_ = 1;
};

int serve_pools() {
    for (;;) {
        const Announcement announcement = tell_all({});
        if (announcement.is_pool == 0) return 0;
        make_rank_pool(announcement, RandomStream::default_seed)->serve();
    }
}

int run_on_ranks(int argc, char** argv) {
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    std::array<char, 64> name{};
    if (rank == 0) Board::instance().make().copy(name.data(), name.size() - 1);
    MPI_Bcast(name.data(), static_cast<int>(name.size()), MPI_CHAR, 0, MPI_COMM_WORLD);
    if (rank != 0) Board::instance().map(name.data());
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0) Board::forget(name.data());
    executor_under_test() = std::make_unique<Ranks>();
    int exit_code = 0;
    if (rank == 0) {
        exit_code = RUN_ALL_TESTS();
        tell_all({});
    } else {
        exit_code = serve_pools();
    }
    MPI_Finalize();
    return exit_code;
}

int run(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    std::string executor = "ranks";
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument.starts_with("--executor=")) executor = argument.substr(std::strlen("--executor="));
    }
    if (executor == "ranks") return run_on_ranks(argc, argv);
    Board::forget(Board::instance().make());
    const std::size_t colon = executor.find(':');
    const std::string kind = executor.substr(0, colon);
    if (kind == "serial") {
        executor_under_test() = std::make_unique<Serial>();
    } else if (colon != std::string::npos && (kind == "threads" || kind == "packed")) {
        executor_under_test() = std::make_unique<Threads>(std::stoul(executor.substr(colon + 1)), kind == "packed");
    } else {
        std::cerr << "--executor is serial, threads:N, packed:N or ranks\n";
        return 2;
    }
    return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace rankpool::tests

int main(int argc, char** argv) { return rankpool::tests::run(argc, argv); }
