#include <gtest/gtest.h>

#include <rankpool/observe/format.hpp>
#include <rankpool/observe/progress_text.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;

ProgressState state(std::uint64_t done, std::optional<std::uint64_t> total, std::uint64_t failed = 0) {
    return {"tasks", {done, failed, total}, 40s, 1300};
}

TEST(ProgressBar, shows_share_counts_rate_and_time_left) {
    EXPECT_EQ(progress_bar(state(4200, 10000), 80),
              "tasks  42 % [############------------------]  4,200/10,000  1.3 k/s  4.5 s left");
    EXPECT_EQ(progress_bar(state(4200, 10000, 3), 80),
              "tasks  42 % [########------------]  4,200/10,000  3 failed  1.3 k/s  4.5 s left");
}

TEST(ProgressBar, without_a_total_shows_counts_rate_and_time) {
    EXPECT_EQ(progress_bar(state(4200, std::nullopt), 80), "tasks  4,200  1.3 k/s  40 s");
}

TEST(ProgressBar, says_100_percent_only_when_all_is_done) {
    EXPECT_EQ(progress_bar(state(999999, 1000000), 60).substr(0, 11), "tasks  99 %");
    EXPECT_EQ(progress_bar(state(1000000, 1000000), 60).substr(0, 11), "tasks 100 %");
}

TEST(ProgressBar, gives_up_parts_on_narrow_terminals_and_never_wraps) {
    EXPECT_EQ(progress_bar(state(4200, 10000), 50), "tasks  42 %  4,200/10,000  1.3 k/s  4.5 s left");
    EXPECT_EQ(progress_bar(state(4200, 10000), 40), "tasks  42 %  4,200/10,000  4.5 s left");
    EXPECT_EQ(progress_bar(state(4200, 10000), 30), "tasks  42 %  4,200/10,000");
    for (int columns = -1; columns < 300; ++columns) {
        for (const ProgressState& any :
             {state(0, 0), state(0, 10), state(7, 10, 2), state(11, 10), state(5, std::nullopt)}) {
            EXPECT_LT(columns_of(progress_bar(any, columns)), static_cast<std::size_t>(std::max(columns, 2)));
        }
    }
}

TEST(ProgressLine, reads_as_a_sentence_in_a_log) {
    EXPECT_EQ(progress_line(state(4200, 10000, 3)),
              "rankpool: 4,200 of 10,000 tasks (42 %) after 40 s, 1.3 k/s, 3 failed, about 4.5 s left");
    EXPECT_EQ(progress_line(state(4200, std::nullopt)), "rankpool: 4,200 tasks after 40 s, 1.3 k/s");
}

TEST(ProgressSummary, says_what_it_took) {
    EXPECT_EQ(progress_summary(state(10000, 10000)), "rankpool: 10,000 tasks in 40 s (250/s)");
    EXPECT_EQ(progress_summary(state(400, 10000, 1)), "rankpool: 400 of 10,000 tasks in 40 s (10/s), 1 failed");
}

TEST(TimeLeft, is_unknown_without_total_or_rate_and_at_the_ends) {
    EXPECT_EQ(time_left(state(4200, 10000)), std::chrono::duration_cast<Duration>(5800s / 1300.0));
    ProgressState without_rate = state(1, 10);
    without_rate.rate_per_s = 0;
    ProgressState endless = state(1, ~std::uint64_t{0});
    endless.rate_per_s = 1e-9;
    for (const ProgressState& any : {state(1, std::nullopt), state(0, 10), state(10, 10), without_rate, endless}) {
        EXPECT_EQ(time_left(any), std::nullopt);
    }
}

}  // namespace
}  // namespace rankpool
