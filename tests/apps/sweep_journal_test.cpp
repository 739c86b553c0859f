#include <cstdio>
#include <fstream>
#include <string>
#include <sweep/journal.hpp>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>

namespace rankpool::sweep {
namespace {

using namespace std::chrono_literals;
using Begin = Journal::Begin;

class SweepJournal : public testing::Test {
  protected:
    ~SweepJournal() override { std::remove(path_.c_str()); }

    static RunRecord record(CaseKey key, RunStatus status) {
        RunRecord record{.key = key, .attempts = 2, .run_dir = "runs/ä", .report = {}};
        record.report = {.status = status,
                         .exit_code = 3,
                         .cause = "exit code 3",
                         .started_s = 1'700'000'000.25,
                         .duration = 1500ms,
                         .cpu = 20ms,
                         .memory_bytes = 1 << 20,
                         .host = "node1",
                         .rank = 5,
                         .out = "line\n\"quoted\" µ\n",
                         .err = std::string(100'000, 'e')};
        return record;
    }
    std::string content() const {
        std::ifstream file(path_);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void set_content(const std::string& text) const { std::ofstream(path_) << text; }

    const std::vector<std::string> command_{"./sim", "{x}"};
    const std::string path_ = testing::TempDir() + "sweep_journal_" + std::to_string(getpid());
};

TEST_F(SweepJournal, gives_back_what_was_added_also_to_the_next_sweep) {
    {
        Journal journal(path_, command_, Begin::anew);
        journal.add(record(1, RunStatus::failed));
        journal.add(record(2, RunStatus::failed));
        journal.add(record(1, RunStatus::succeeded));
        EXPECT_EQ(journal.find(3), nullptr);
        EXPECT_EQ(journal.read(*journal.find(2)).report.err, std::string(100'000, 'e'));
    }
    const Journal journal(path_, command_, Begin::go_on);
    EXPECT_EQ(journal.damaged_count(), 0U);
    ASSERT_NE(journal.find(1), nullptr);
    EXPECT_TRUE(journal.find(1)->has_succeeded);
    EXPECT_EQ(journal.find(1)->attempts, 2);
    EXPECT_FALSE(journal.find(2)->has_succeeded);
    const RunRecord read = journal.read(*journal.find(2));
    const RunRecord given = record(2, RunStatus::failed);
    EXPECT_EQ(read.key, given.key);
    EXPECT_EQ(read.attempts, given.attempts);
    EXPECT_EQ(read.run_dir, given.run_dir);
    EXPECT_EQ(read.report.status, given.report.status);
    EXPECT_EQ(read.report.exit_code, given.report.exit_code);
    EXPECT_EQ(read.report.cause, given.report.cause);
    EXPECT_EQ(read.report.started_s, given.report.started_s);
    EXPECT_EQ(read.report.duration, given.report.duration);
    EXPECT_EQ(read.report.cpu, given.report.cpu);
    EXPECT_EQ(read.report.memory_bytes, given.report.memory_bytes);
    EXPECT_EQ(read.report.host, given.report.host);
    EXPECT_EQ(read.report.rank, given.report.rank);
    EXPECT_EQ(read.report.out, given.report.out);
    EXPECT_EQ(read.report.err, given.report.err);
}

TEST_F(SweepJournal, loses_at_most_the_line_that_was_cut_off) {
    {
        Journal journal(path_, command_, Begin::anew);
        for (CaseKey key = 1; key <= 3; ++key) journal.add(record(key, RunStatus::succeeded));
    }
    const std::string whole = content();
    const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
    for (const std::size_t cut : {last, last + 1, last + 100, whole.size() - 1}) {
        set_content(whole.substr(0, cut));
        {
            Journal journal(path_, command_, Begin::go_on);
            EXPECT_EQ(journal.damaged_count(), 0U) << cut;
            EXPECT_NE(journal.find(2), nullptr) << cut;
            EXPECT_EQ(journal.find(3), nullptr) << cut;
            journal.add(record(3, RunStatus::succeeded));
        }
        EXPECT_EQ(content(), whole) << cut;
    }
    set_content("");
    EXPECT_EQ(Journal(path_, command_, Begin::go_on).find(1), nullptr);
}

TEST_F(SweepJournal, leaves_out_damaged_lines) {
    {
        Journal journal(path_, command_, Begin::anew);
        for (CaseKey key = 1; key <= 3; ++key) journal.add(record(key, RunStatus::succeeded));
    }
    std::string damaged = content();
    damaged[damaged.find("0000000000000002") + 15] = '7';
    set_content(damaged);
    const Journal journal(path_, command_, Begin::go_on);
    EXPECT_EQ(journal.damaged_count(), 1U);
    EXPECT_NE(journal.find(1), nullptr);
    EXPECT_EQ(journal.find(2), nullptr);
    EXPECT_EQ(journal.find(7), nullptr);
    EXPECT_NE(journal.find(3), nullptr);
}

TEST_F(SweepJournal, is_for_one_command) {
    { Journal journal(path_, command_, Begin::anew); }
    try {
        Journal(path_, {"./other"}, Begin::go_on);
        FAIL();
    } catch (const ConfigError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("is of another command, `./sim '{x}'`"));
    }
}

TEST_F(SweepJournal, is_for_one_sweep_at_a_time) {
    const Journal journal(path_, command_, Begin::anew);
    try {
        Journal(path_, command_, Begin::go_on);
        FAIL();
    } catch (const ConfigError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("another sweep writes"));
    }
}

TEST_F(SweepJournal, says_why_it_cannot_be_opened) {
    EXPECT_THROW(Journal("/no/such/folder/journal", command_, Begin::anew), Error);
}

}  // namespace
}  // namespace rankpool::sweep
