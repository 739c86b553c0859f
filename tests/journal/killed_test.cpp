// kill -9 at random moments, many times over one journal: what was handed to the kernel is there, and nothing is
// corrupt.
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <rankpool/journal/journal.hpp>

namespace rankpool::journal {
namespace {

using namespace std::chrono_literals;

/// What the result of task `i` is: of many sizes, and told by its number.
std::string result_of(std::uint64_t i) { return std::to_string(i) + std::string(i % 97 == 0 ? 20'000 : i % 200, 'r'); }
TaskKey key(std::uint64_t i) { return key_of({part(i)}); }

/// What a run tells from memory that it shares with us: it survives it.
struct Told {
    std::atomic<std::uint64_t> safe{0};  ///< all tasks below were added longer ago than the bound
};

/// Adds results, from `begin` on, until it is killed.
[[noreturn]] void run(const std::string& folder, std::uint64_t begin, Told& told) {
    Journal journal(folder, {.write_interval = 1ms, .sync_interval = 50ms});
    // The bound, generously: the interval, and what a busy machine takes to run the writer's thread and to write.
    constexpr Duration bound = 500ms;
    std::vector<std::pair<Instant, std::uint64_t>> added;
    std::size_t first = 0;
    for (std::uint64_t i = begin;; ++i) {
        journal.add(key(i), "task", part(result_of(i)));
        added.emplace_back(now(), i);
        while (added[first].first + bound < now()) told.safe = added[first++].second + 1;
        if (i % 64 == 0) std::this_thread::sleep_for(100us);
    }
}

TEST(KilledJournal, loses_nothing_that_is_older_than_the_bound_and_is_never_corrupt) {
    const char* const wish = std::getenv("RANKPOOL_TEST_KILLS");
    const int kills = wish == nullptr ? 60 : std::atoi(wish);
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const std::string folder = testing::TempDir() + "killed_" + std::to_string(getpid());
    void* const memory = mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    Told& told = *new (memory) Told;
    std::uint64_t known = 0;
    for (int i = 0; i < kills; ++i) {
        const pid_t child = fork();
        if (child == 0) run(folder, known, told);
        // Some at once, while it opens the journal; some later, when much has been promised.
        const auto wait_us = random() % (i % 10 == 9 ? 900'000 : 20'000);
        std::this_thread::sleep_for(std::chrono::microseconds(wait_us));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        Journal journal(folder);
        std::uint64_t count = 0;
        while (const auto result = journal.find(key(count))) {
            const std::string expected = result_of(count);
            ASSERT_EQ(std::string_view(reinterpret_cast<const char*>(result->data()), result->size()), expected);
            ++count;
        }
        // In order, without gaps, and all that had time.
        ASSERT_EQ(journal.size(), count);
        ASSERT_GE(count, told.safe.load());
        ASSERT_GE(count, known);
        known = count;
        if (std::filesystem::file_size(journal.path()) > (std::uint64_t{64} << 20)) {
            break;  // Enough is enough on a small disk.
        }
    }
    EXPECT_GT(known, 0U);
    munmap(memory, sizeof(Told));
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace rankpool::journal
