#include "bench/blocks.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace rankpool::apps {
namespace {

Measured measured(Quantity quantity, double scale, std::uint64_t count_max = 1 << 20) {
    BlockCase spec;
    spec.quantity = quantity;
    spec.scale = scale;
    spec.count_max = count_max;
    return Measured(spec);
}

TEST(BlockSeries, takes_its_figures_from_clean_blocks) {
    BlockSeries series;
    for (double value : {3.0, 1.0, 2.0}) series.add(value, true);
    for (double value : {100.0, 0.01}) series.add(value, false);
    EXPECT_EQ(series.summary(), (Summary{2, 1, 3, 3, 5}));
}

TEST(BlockSeries, without_clean_blocks_says_so_and_takes_the_others) {
    BlockSeries series;
    series.add(4, false);
    EXPECT_EQ(series.summary(), (Summary{4, 4, 4, 0, 1}));
    EXPECT_EQ(BlockSeries().summary(), Summary{});
}

TEST(BlockSeries, has_a_median_for_every_round_with_clean_blocks) {
    BlockSeries series;
    for (double value : {3.0, 1.0, 2.0}) series.add(value, true);
    series.begin_round();
    series.add(7, false);
    series.begin_round();
    series.add(5, true);
    const auto medians = series.round_medians();
    ASSERT_EQ(medians.size(), 3U);
    EXPECT_EQ(medians[0], 2);
    EXPECT_TRUE(std::isnan(medians[1]));
    EXPECT_EQ(medians[2], 5);
}

TEST(Measured, makes_blocks_longer_until_they_can_be_timed) {
    Measured rate = measured(Quantity::rate, 1);
    const double seconds_per_task = 1e-6;
    for (int i = 0; i < 100; ++i) rate.record(seconds_per_task * static_cast<double>(rate.count()), true);
    EXPECT_GE(rate.count(), 500U);  // That is half a millisecond.
    EXPECT_LE(rate.count(), 1000U);
    EXPECT_GE(rate.series().summary().blocks, 96U);
    EXPECT_DOUBLE_EQ(rate.series().summary().median, 1e6);
}

TEST(Measured, makes_blocks_shorter_when_clean_ones_take_long) {
    Measured rate = measured(Quantity::rate, 1);
    for (int i = 0; i < 2; ++i) EXPECT_FALSE(rate.record(1e-9, true));
    EXPECT_EQ(rate.count(), 256U);
    EXPECT_TRUE(rate.record(1.0, false));
    EXPECT_EQ(rate.count(), 256U);
    EXPECT_TRUE(rate.record(1.0, true));
    EXPECT_EQ(rate.count(), 128U);
}

TEST(Measured, stops_at_the_largest_count) {
    Measured time = measured(Quantity::time, 1e6, 4);
    EXPECT_FALSE(time.record(4e-6, true));
    EXPECT_EQ(time.count(), 4U);
    EXPECT_TRUE(time.record(4e-6, true));
    EXPECT_EQ(time.count(), 4U);
    EXPECT_DOUBLE_EQ(time.series().summary().median, 1.0);
}

TEST(Turns, count_blocks_that_were_long_enough_but_do_not_try_for_ever) {
    Turns turns(2);
    for (int i = 0; i < 3; ++i) turns.count(false);
    turns.count(true);
    EXPECT_FALSE(turns.is_enough());
    turns.count(true);
    EXPECT_TRUE(turns.is_enough());
    Turns others(2);
    for (int i = 0; i < 12; ++i) others.count(false);
    EXPECT_TRUE(others.is_enough());
}

TEST(BlockSeries, is_divided_round_by_round) {
    BlockSeries series;
    series.add(6, true);
    series.begin_round();
    series.add(8, true);
    series.add(10, false);
    const BlockSeries quotients = series.divided_by({3, std::nan("")}, 4);
    EXPECT_EQ(quotients.round_medians(), (std::vector<double>{2, 2}));
    EXPECT_EQ(quotients.summary(), (Summary{2, 2, 2, 2, 3}));
}

}  // namespace
}  // namespace rankpool::apps
