#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/time_text.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;

TEST(TimeText, reads_times_as_people_write_them) {
    const std::pair<const char*, Duration> cases[] = {
        {"90s", 90s},    {"15 min", 15min},        {"2h", 2h},         {"1h30m", 90min},
        {"1d 12h", 36h}, {"1.5h", 90min},          {"500ms", 500ms},   {"0s", 0s},
        {"1w", 168h},    {"01:30:00", 90min},      {"10:00", 10min},   {"2-12:00:00", 60h},
        {"1-06", 30h},   {"1-06:30", 30h + 30min}, {"100:00:00", 100h}};
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(parse_time(text), expected) << text;
    }
}

TEST(TimeText, refuses_what_could_mean_several_things) {
    for (const char* text : {"", " ", "60", "h", "-1h", "1h30", "1:", ":30", "1:2:3:4", "1-", "-5", "soon", "1e9h",
                             "nan s", "2 fortnights"}) {
        EXPECT_THROW(parse_time(text), ConfigError) << text;
    }
}

TEST(TimeText, reads_what_batch_systems_write) {
    EXPECT_EQ(parse_clock("10:00"), 10min);
    EXPECT_EQ(parse_clock("1-00:00:00"), 24h);
    for (const char* text : {"UNLIMITED", "INVALID", "NOT_SET", "", "5"})
        EXPECT_EQ(parse_clock(text), std::nullopt) << text;
}

TEST(TimeText, writes_what_batch_systems_read) {
    EXPECT_EQ(format_clock(90min), "01:30:00");
    EXPECT_EQ(format_clock(100h + 1ms), "100:00:01");
    for (const Duration time : {Duration(0s), Duration(59s), Duration(26h + 61s)}) {
        EXPECT_EQ(parse_clock(format_clock(time)), time);
    }
}

}  // namespace
}  // namespace rankpool
