#include <atomic>
#include <chrono>
#include <new>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/transport/doorbell.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;

// A sleep of this length that runs to its end has missed its ring.
constexpr Duration long_sleep = 20s;

// Two sides that hand a number back and forth; each sleeps until it is its turn.
struct Table {
    std::atomic<std::uint32_t> words[2] = {0, 0};
    std::atomic<std::uint32_t> number{0};
    std::atomic<std::uint32_t> missed{0};
};

// Waits for odd (side 1) or even (side 0) numbers below `end`, adds one each time and rings the other side.
void play(Table& table, std::uint32_t side, std::uint32_t end) {
    Doorbell mine(table.words[side]);
    Doorbell other(table.words[1 - side]);
    for (;;) {
        mine.arm();
        const std::uint32_t number = table.number.load(std::memory_order_acquire);
        if (number >= end) return;
        if (number % 2 != side) {
            const Instant start = now();
            mine.sleep(long_sleep);
            if (now() - start >= long_sleep) table.missed.fetch_add(1);
            continue;
        }
        mine.disarm();
        table.number.store(number + 1, std::memory_order_release);
        other.ring();
    }
}

TEST(Doorbell, sleeps_no_longer_than_asked) {
    std::atomic<std::uint32_t> word{0};
    Doorbell doorbell(word);
    doorbell.arm();
    const Instant start = now();
    doorbell.sleep(5ms);
    EXPECT_GE(now() - start, 5ms);
    EXPECT_EQ(word.load(), 0U);  // Awake: nobody has to ring.
}

TEST(Doorbell, does_not_sleep_unarmed_or_for_no_time) {
    std::atomic<std::uint32_t> word{0};
    Doorbell doorbell(word);
    const Instant start = now();
    doorbell.sleep(long_sleep);
    doorbell.arm();
    doorbell.disarm();
    doorbell.sleep(long_sleep);
    doorbell.arm();
    doorbell.sleep(0s);
    doorbell.sleep(-1s);
    EXPECT_LT(now() - start, long_sleep);
}

TEST(Doorbell, a_ring_between_arming_and_sleeping_is_not_lost) {
    std::atomic<std::uint32_t> word{0};
    Doorbell doorbell(word);
    doorbell.arm();
    doorbell.ring();
    const Instant start = now();
    doorbell.sleep(long_sleep);
    EXPECT_LT(now() - start, long_sleep);
}

TEST(Doorbell, loses_no_ring_between_threads) {
    Table table;
    constexpr std::uint32_t rounds = 20'000;
    std::thread other([&] { play(table, 1, rounds); });
    play(table, 0, rounds);
    Doorbell(table.words[1]).ring();
    other.join();
    EXPECT_EQ(table.number.load(), rounds);
    EXPECT_EQ(table.missed.load(), 0U);
}

TEST(Doorbell, loses_no_ring_between_processes) {
    void* const memory = mmap(nullptr, sizeof(Table), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    auto* const table = new (memory) Table;
    constexpr std::uint32_t rounds = 10'000;
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        play(*table, 1, rounds);
        _exit(0);
    }
    play(*table, 0, rounds);
    Doorbell(table->words[1]).ring();
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(table->number.load(), rounds);
    EXPECT_EQ(table->missed.load(), 0U);
    munmap(memory, sizeof(Table));
}

TEST(Doorbell, one_of_many_who_ring_is_enough) {
    std::atomic<std::uint32_t> word{0};
    Doorbell doorbell(word);
    constexpr int ringers = 4;
    constexpr int each = 2'000;
    std::atomic<int> brought{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < ringers; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < each; ++n) {
                brought.fetch_add(1);
                doorbell.ring();
                if (n % 64 == 0) std::this_thread::yield();
            }
        });
    }
    int missed = 0;
    while (brought.load() < ringers * each) {
        doorbell.arm();
        if (brought.load() == ringers * each) break;
        const int before = brought.load();
        const Instant start = now();
        doorbell.sleep(long_sleep);
        missed += now() - start >= long_sleep && brought.load() != before;
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(missed, 0);
}

}  // namespace
}  // namespace rankpool
