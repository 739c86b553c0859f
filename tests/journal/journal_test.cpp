#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/journal/journal.hpp>

namespace rankpool::journal {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class JournalFile : public testing::Test {
  protected:
    ~JournalFile() override { fs::remove_all(folder_); }

    static TaskKey key(std::uint64_t i) { return key_of({part(i)}); }
    static std::string text_of(const std::optional<Bytes>& bytes) {
        if (!bytes) return "unknown";
        return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
    }
    std::string complaint() const {
        try {
            const Journal journal(folder_);
        } catch (const ConfigError& error) {
            return error.what();
        }
        return "";
    }

    const std::string folder_ = testing::TempDir() + "journal_" + std::to_string(getpid());
    const std::string path_ = folder_ + "/journal";
};

TEST_F(JournalFile, knows_what_the_run_before_has_added) {
    {
        Journal journal(folder_);
        EXPECT_EQ(journal.size(), 0U);
        for (std::uint64_t i = 0; i < 1000; ++i) journal.add(key(i), "task", part("result " + std::to_string(i)));
        journal.add(key(1000), "", {});
        EXPECT_EQ(text_of(journal.find(key(1))), "unknown");  // What is added is for the next run.
    }
    Journal journal(folder_);
    EXPECT_EQ(journal.size(), 1001U);
    EXPECT_EQ(journal.damaged_bytes(), 0U);
    for (std::uint64_t i = 0; i < 1000; ++i) ASSERT_EQ(text_of(journal.find(key(i))), "result " + std::to_string(i));
    EXPECT_EQ(text_of(journal.find(key(1000))), "");
    EXPECT_EQ(text_of(journal.find(key(1001))), "unknown");
}

TEST_F(JournalFile, takes_results_from_many_threads_and_large_ones) {
    const std::string large(3 << 20, 'l');
    {
        Journal journal(folder_);
        std::vector<std::thread> threads;
        for (std::uint64_t t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (std::uint64_t i = 0; i < 500; ++i) journal.add(key(1000 * t + i), "", part(std::to_string(i)));
                journal.add(key(1000 * t + 999), "", part(large));
            });
        }
        for (std::thread& thread : threads) thread.join();
    }
    Journal journal(folder_);
    EXPECT_EQ(journal.size(), 4U * 501);
    EXPECT_EQ(text_of(journal.find(key(3999))), large);
    EXPECT_EQ(text_of(journal.find(key(2499))), "499");
}

TEST_F(JournalFile, cuts_a_torn_tail_and_goes_on) {
    { Journal(folder_).add(key(1), "", part("one")); }
    const auto whole = fs::file_size(path_);
    { Journal(folder_).add(key(2), "", part("two")); }
    fs::resize_file(path_, fs::file_size(path_) - 1);
    {
        Journal journal(folder_);
        EXPECT_EQ(journal.size(), 1U);
        EXPECT_GT(journal.damaged_bytes(), 0U);
        EXPECT_EQ(fs::file_size(path_), whole);
        journal.add(key(3), "", part("three"));
    }
    Journal journal(folder_);
    EXPECT_EQ(journal.damaged_bytes(), 0U);
    EXPECT_EQ(text_of(journal.find(key(1))), "one");
    EXPECT_EQ(text_of(journal.find(key(2))), "unknown");
    EXPECT_EQ(text_of(journal.find(key(3))), "three");
}

TEST_F(JournalFile, is_for_its_owner_only) {
    { const Journal journal(folder_); }
    EXPECT_EQ(fs::status(folder_).permissions(), fs::perms::owner_all);
    for (const auto& file : fs::directory_iterator(folder_)) {
        EXPECT_EQ(file.status().permissions(), fs::perms::owner_read | fs::perms::owner_write) << file.path();
    }
}

TEST_F(JournalFile, is_for_one_run_at_a_time) {
    const Journal journal(folder_);
    EXPECT_THAT(complaint(),
                HasSubstr("the journal '" + folder_ + "' is in use by process " + std::to_string(getpid()) + " on "));
    EXPECT_THAT(complaint(), HasSubstr("or give this run a journal of its own"));
}

TEST_F(JournalFile, is_not_taken_for_what_it_is_not) {
    fs::create_directories(folder_);
    std::ofstream(path_) << "a file of somebody else's, longer than a header\n";
    EXPECT_THAT(complaint(), HasSubstr("is no journal of this version of rankpool"));
    EXPECT_GT(fs::file_size(path_), 20U);  // It is left as it is.
    std::ofstream(folder_ + "2") << "a file";
    EXPECT_THROW(Journal(folder_ + "2"), ConfigError);
    fs::remove(folder_ + "2");
}

TEST_F(JournalFile, keeps_what_it_has_when_the_disk_is_full) {
    { Journal(folder_).add(key(1), "", part("one")); }
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{4096, 4096};
        setrlimit(RLIMIT_FSIZE, &limit);
        fclose(stderr);
        {
            Journal journal(folder_);
            journal.add(key(2), "", part(std::string(100'000, 'x')));
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            journal.add(key(3), "", part("three"));
        }
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    Journal journal(folder_);
    EXPECT_EQ(journal.damaged_bytes(), 0U);
    EXPECT_EQ(text_of(journal.find(key(1))), "one");
    EXPECT_EQ(text_of(journal.find(key(2))), "unknown");
}

TEST_F(JournalFile, is_made_smaller_by_compaction) {
    for (int run = 0; run < 5; ++run) {
        Journal journal(folder_);
        for (std::uint64_t i = 0; i < 100; ++i) journal.add(key(i), "", part("run " + std::to_string(run)));
    }
    const auto [before, after] = Journal::compact(folder_);
    EXPECT_GT(before, 4 * after);
    EXPECT_EQ(fs::file_size(path_), after);
    Journal journal(folder_);
    EXPECT_EQ(journal.size(), 100U);
    for (std::uint64_t i = 0; i < 100; ++i) ASSERT_EQ(text_of(journal.find(key(i))), "run 4");
    EXPECT_THROW(Journal::compact(folder_), ConfigError);  // In use.
}

}  // namespace
}  // namespace rankpool::journal
