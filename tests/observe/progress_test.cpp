#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/observe/progress.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

/// A meter that started at moment 0, and all it wrote.
struct Harness {
    Texts written;
    ProgressMeter meter;

    explicit Harness(ProgressMode mode) : meter(options(mode), Instant()) {}

    ProgressOptions options(ProgressMode mode) {
        ProgressOptions options;
        options.mode = mode;
        options.columns = 80;
        options.write = [this](std::string_view text) { written.emplace_back(text); };
        return options;
    }
    void at(Duration elapsed, std::uint64_t done) { meter.update({done, 0, 100000}, Instant() + elapsed); }
};

TEST(ProgressMeter, says_nothing_about_quick_work) {
    for (ProgressMode mode : {ProgressMode::bar, ProgressMode::lines, ProgressMode::off}) {
        Harness harness(mode);
        for (int i = 0; i < 499; ++i) harness.at(i * 1ms, static_cast<std::uint64_t>(i));
        harness.meter.finish({500, 0, 500}, Instant() + 499ms);
        EXPECT_EQ(harness.written, Texts{});
    }
}

TEST(ProgressMeter, draws_a_bar_five_times_a_second_and_replaces_it_by_a_summary) {
    Harness harness(ProgressMode::bar);
    for (int i = 0; i <= 1000; ++i) harness.at(i * 1ms, 10U * static_cast<unsigned>(i));
    ASSERT_EQ(harness.written.size(), 3U);  // At 500, 700 and 900 ms.
    EXPECT_EQ(harness.written[0],
              "\r\x1b[Ktasks   5 % [#-----------------------------]  5,000/100,000  10 k/s  9.5 s left");
    harness.written.clear();
    harness.meter.finish({100000, 2, 100000}, Instant() + 10s);
    EXPECT_EQ(harness.written, (Texts{"\r\x1b[K", "rankpool: 100,000 tasks in 10 s (10 k/s), 2 failed\n"}));
}

TEST(ProgressMeter, writes_lines_after_growing_intervals) {
    Harness harness(ProgressMode::lines);
    std::vector<int> when_s;
    for (int second = 0; second <= 1200; ++second) {
        const std::size_t before = harness.written.size();
        harness.at(second * 1s, static_cast<std::uint64_t>(second));
        if (harness.written.size() > before) when_s.push_back(second);
    }
    EXPECT_EQ(when_s, (std::vector<int>{10, 40, 100, 220, 460, 760, 1060}));
    EXPECT_EQ(harness.written.front(), "rankpool: 10 of 100,000 tasks (0 %) after 10 s, 1/s, about 1 d 03 h left\n");
}

TEST(ProgressMeter, takes_the_rate_from_the_last_ten_seconds) {
    Harness harness(ProgressMode::bar);
    for (int i = 0; i < 60 * 5; ++i) harness.at(i * 200ms, 0);
    for (int i = 0; i <= 12 * 5; ++i) harness.at(60s + i * 200ms, 1000U * static_cast<unsigned>(i));
    EXPECT_NE(harness.written.back().find("5.0 k/s"), std::string::npos) << harness.written.back();
}

TEST(ProgressMeter, hides_its_bar_for_other_output) {
    Harness harness(ProgressMode::bar);
    harness.meter.hide();
    EXPECT_EQ(harness.written, Texts{});
    harness.at(1s, 10);
    harness.written.clear();
    harness.meter.hide();
    harness.meter.hide();
    EXPECT_EQ(harness.written, Texts{"\r\x1b[K"});
}

TEST(ProgressMeter, finishes_once) {
    Harness harness(ProgressMode::lines);
    harness.at(11s, 10);
    harness.meter.finish({100, 0, 100}, Instant() + 12s);
    const Texts written = harness.written;
    harness.meter.finish({100, 0, 100}, Instant() + 13s);
    harness.at(100s, 100);
    EXPECT_EQ(harness.written, written);
}

TEST(ProgressMode, is_chosen_by_the_setting_or_by_where_stderr_goes) {
    EXPECT_EQ(choose_progress_mode("", true), ProgressMode::bar);
    EXPECT_EQ(choose_progress_mode("auto", false), ProgressMode::lines);
    EXPECT_EQ(choose_progress_mode("bar", false), ProgressMode::bar);
    EXPECT_EQ(choose_progress_mode("lines", true), ProgressMode::lines);
    EXPECT_EQ(choose_progress_mode("off", true), ProgressMode::off);
    EXPECT_THROW(choose_progress_mode("loud", true), ConfigError);
}

}  // namespace
}  // namespace rankpool
