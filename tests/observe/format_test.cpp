#include <gtest/gtest.h>

#include <rankpool/observe/format.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;

TEST(Format, durations_have_two_or_three_digits_that_matter) {
    EXPECT_EQ(format_duration(0s), "0 s");
    EXPECT_EQ(format_duration(42ns), "42 ns");
    EXPECT_EQ(format_duration(1030ns), "1.0 µs");
    EXPECT_EQ(format_duration(340us), "340 µs");
    EXPECT_EQ(format_duration(999499ns), "999 µs");
    EXPECT_EQ(format_duration(999501ns), "1.0 ms");
    EXPECT_EQ(format_duration(1200ms), "1.2 s");
    EXPECT_EQ(format_duration(9960ms), "10 s");
    EXPECT_EQ(format_duration(59400ms), "59 s");
    EXPECT_EQ(format_duration(59600ms), "1 min 00 s");
    EXPECT_EQ(format_duration(200s), "3 min 20 s");
    EXPECT_EQ(format_duration(7500s), "2 h 05 min");
    EXPECT_EQ(format_duration(99h), "4 d 03 h");
    EXPECT_EQ(format_duration(-1200ms), "-1.2 s");
    EXPECT_FALSE(format_duration(Duration::min()).empty());
    EXPECT_FALSE(format_duration(Duration::max()).empty());
}

TEST(Format, rates_and_amounts_have_a_decimal_prefix) {
    EXPECT_EQ(format_rate(0), "0/s");
    EXPECT_EQ(format_rate(0.25), "0.2/s");
    EXPECT_EQ(format_rate(850), "850/s");
    EXPECT_EQ(format_rate(999.7), "1.0 k/s");
    EXPECT_EQ(format_rate(1.3e6), "1.3 M/s");
    EXPECT_EQ(format_amount(24e6), "24 M");
    EXPECT_EQ(format_amount(5e17), "500 P");
}

TEST(Format, sizes_have_a_binary_prefix) {
    EXPECT_EQ(format_bytes(0), "0 B");
    EXPECT_EQ(format_bytes(1023), "1023 B");
    EXPECT_EQ(format_bytes(1536), "1.5 KiB");
    EXPECT_EQ(format_bytes(std::uint64_t{1} << 20), "1 MiB");
    EXPECT_EQ(format_bytes((std::uint64_t{1} << 20) - 1), "1.0 MiB");
    EXPECT_EQ(format_bytes(~std::uint64_t{0}), "16 EiB");
}

TEST(Format, counts_have_their_thousands_apart) {
    EXPECT_EQ(format_count(0), "0");
    EXPECT_EQ(format_count(999), "999");
    EXPECT_EQ(format_count(1000), "1,000");
    EXPECT_EQ(format_count(1234567), "1,234,567");
}

TEST(Format, columns_are_counted_in_code_points) {
    EXPECT_EQ(columns_of("340 µs"), 6U);
    EXPECT_EQ(columns_of(""), 0U);
}

}  // namespace
}  // namespace rankpool
