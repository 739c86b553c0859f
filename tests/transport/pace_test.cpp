#include <chrono>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/transport/pace.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;
using Step = Pace::Step;

Instant& test_time() {
    static Instant time{};
    return time;
}
Instant test_clock() { return test_time(); }

// What a pace says while nothing comes and every look takes `look`: each step once, and when it began.
struct Change {
    Step step;
    Duration since;
    friend bool operator==(const Change&, const Change&) = default;
};
std::vector<Change> changes(Pace& pace, Duration look) {
    const Instant start = test_time();
    std::vector<Change> found;
    for (int i = 0; i < 100'000; ++i) {
        const Step step = pace.next();
        if (found.empty() || found.back().step != step) found.push_back({step, test_time() - start});
        test_time() += look;
    }
    return found;
}

TEST(Pace, balanced_spins_shortly_yields_and_then_sleeps) {
    Pace pace(PaceKind::balanced, test_clock);
    // While it spins it reads the clock at every sixteenth look only.
    EXPECT_EQ(changes(pace, 1us), (std::vector<Change>{{Step::spin, 0us}, {Step::yield, 32us}, {Step::sleep, 220us}}));
}

TEST(Pace, latency_spins_long) {
    Pace pace(PaceKind::latency, test_clock);
    EXPECT_EQ(changes(pace, 1us), (std::vector<Change>{{Step::spin, 0us}, {Step::yield, 2ms}, {Step::sleep, 22ms}}));
}

TEST(Pace, quiet_never_spins) {
    Pace pace(PaceKind::quiet, test_clock);
    EXPECT_EQ(changes(pace, 1us), (std::vector<Change>{{Step::yield, 0us}, {Step::sleep, 10us}}));
}

TEST(Pace, goes_to_sleep_at_once_when_a_look_takes_longer_than_the_patience) {
    Pace pace(PaceKind::quiet, test_clock);
    EXPECT_EQ(changes(pace, 1s), (std::vector<Change>{{Step::yield, 0s}, {Step::sleep, 1s}}));
}

TEST(Pace, starts_over_after_news) {
    Pace pace(PaceKind::balanced, test_clock);
    (void)changes(pace, 1us);
    pace.reset();
    EXPECT_EQ(changes(pace, 1us), (std::vector<Change>{{Step::spin, 0us}, {Step::yield, 32us}, {Step::sleep, 220us}}));
}

TEST(Pace, is_named_in_the_environment) {
    EXPECT_EQ(parse_pace("latency"), PaceKind::latency);
    EXPECT_EQ(parse_pace("balanced"), PaceKind::balanced);
    EXPECT_EQ(parse_pace("quiet"), PaceKind::quiet);
    for (const char* const text : {"", "Quiet", "quiet ", "fast"}) EXPECT_THROW(parse_pace(text), ConfigError) << text;
}

}  // namespace
}  // namespace rankpool
