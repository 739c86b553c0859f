#include "bench/metg.hpp"

#include <gtest/gtest.h>

namespace rankpool::apps {
namespace {

TEST(Metg, of_a_fixed_overhead_is_twice_the_overhead) {
    for (const double overhead_s : {0.3e-6, 1e-6, 17e-6}) {
        MetgSearch search;
        for (int round = 0; round < 3; ++round) {
            const auto metg_s = search.run([&](double work_s) { return work_s + overhead_s; });
            ASSERT_TRUE(metg_s.has_value());
            EXPECT_NEAR(*metg_s / overhead_s, 2, 0.05);
        }
    }
}

TEST(Metg, goes_on_from_where_the_last_search_ended) {
    MetgSearch search;
    int runs = 0;
    const auto granularity = [&](double work_s) {
        ++runs;
        return work_s + 100e-6;
    };
    (void)search.run(granularity);
    const int first = runs;
    (void)search.run(granularity);
    EXPECT_LT(runs - first, first);
    EXPECT_EQ(runs - first, 2);
}

TEST(Metg, is_none_where_half_is_out_of_reach) {
    EXPECT_EQ(MetgSearch().run([](double work_s) { return 3 * work_s; }), std::nullopt);
}

TEST(Metg, below_the_shortest_length_is_a_bound) {
    const auto metg_s = MetgSearch().run([](double work_s) { return work_s; });
    ASSERT_TRUE(metg_s.has_value());
    EXPECT_LE(*metg_s, 0.25e-6);
}

}  // namespace
}  // namespace rankpool::apps
