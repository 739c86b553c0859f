#include <simulation/duration_mix.hpp>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>

namespace rankpool::simulation {
namespace {

using namespace std::chrono_literals;

TEST(DurationMix, reads_durations) {
    EXPECT_EQ(parse_duration("1ms"), 1ms);
    EXPECT_EQ(parse_duration("2.5 s"), 2500ms);
    EXPECT_EQ(parse_duration("100us"), 100us);
    EXPECT_EQ(parse_duration("1e3ns"), 1us);
    EXPECT_EQ(parse_duration("3min"), 3min);
    EXPECT_EQ(parse_duration("0"), 0s);
    for (const char* wrong : {"", "ms", "1", "-1s", "1 fortnight", "nan s", "inf s", "1e30h", "1s2"}) {
        EXPECT_THROW(parse_duration(wrong), ConfigError) << wrong;
    }
}

TEST(DurationMix, reads_mixes) {
    using Kind = DurationMix::Kind;
    EXPECT_EQ(parse_duration_mix("3ms"), (DurationMix{.first = 3ms}));
    EXPECT_EQ(parse_duration_mix("constant:3ms"), (DurationMix{.first = 3ms}));
    EXPECT_EQ(parse_duration_mix("uniform:1ms,5ms"), (DurationMix{.kind = Kind::uniform, .first = 1ms, .last = 5ms}));
    EXPECT_EQ(parse_duration_mix("exp:2s"), (DurationMix{.kind = Kind::exponential, .first = 2s}));
    EXPECT_EQ(parse_duration_mix("pareto:1ms,1.2"), (DurationMix{.kind = Kind::pareto, .first = 1ms, .tail = 1.2}));
    for (const char* wrong : {"uniform:5ms", "uniform:5ms,1ms", "exp:0", "exp:1ms,2ms", "pareto:1ms,0", "pareto:1ms,x",
                              "normal:1ms", "exp:", "pareto:1ms,2,3"}) {
        EXPECT_THROW(parse_duration_mix(wrong), ConfigError) << wrong;
    }
}

TEST(DurationMix, draws_around_the_mean_and_within_the_limits) {
    const auto mean_of = [](const char* text) {
        const DurationMix mix = parse_duration_mix(text);
        Random random(1);
        Duration sum{};
        for (int i = 0; i < 100'000; ++i) {
            const Duration drawn = mix.draw(random);
            EXPECT_GT(drawn, 0ns);
            sum += drawn;
        }
        return in_seconds(sum) / 100'000;
    };
    EXPECT_DOUBLE_EQ(mean_of("constant:1ms"), 1e-3);
    EXPECT_NEAR(mean_of("uniform:1ms,5ms"), 3e-3, 3e-5);
    EXPECT_NEAR(mean_of("exp:1ms"), 1e-3, 1e-5);
    EXPECT_NEAR(mean_of("pareto:1ms,3"), 1.5e-3, 3e-5);
}

}  // namespace
}  // namespace rankpool::simulation
