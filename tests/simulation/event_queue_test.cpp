#include <map>
#include <simulation/event_queue.hpp>
#include <simulation/random.hpp>
#include <string>

#include <gtest/gtest.h>

namespace rankpool::simulation {
namespace {

Instant at(std::int64_t time_ns) { return Instant(Duration(time_ns)); }

TEST(EventQueue, gives_the_earliest_first_and_of_one_moment_the_first_that_came) {
    EventQueue<std::string> queue;
    queue.push(at(70), "late");
    queue.push(at(5), "a");
    queue.push(at(5), "b");
    queue.push(at(0), "first");
    EXPECT_EQ(queue.next_time(), at(0));
    EXPECT_EQ(queue.pop(), "first");
    queue.push(at(5), "c");
    EXPECT_EQ(queue.pop(), "a");
    queue.push(at(5), "d");
    for (const char* expected : {"b", "c", "d", "late"}) EXPECT_EQ(queue.pop(), expected);
    EXPECT_TRUE(queue.is_empty());
}

TEST(EventQueue, agrees_with_a_sorted_map) {
    Random random(1);
    EventQueue<int> queue;
    std::multimap<Instant, int> sorted;  // Keeps equal keys in the order in which they came.
    Instant now{};
    for (int i = 0; i < 100'000; ++i) {
        if (sorted.empty() || random.chance(505)) {
            // Distances of all magnitudes, and often none.
            const std::uint64_t distance = random.next() >> random.between(24, 63);
            const Instant when = now + Duration(static_cast<Duration::rep>(distance));
            queue.push(when, i);
            sorted.emplace(when, i);
        } else {
            ASSERT_EQ(queue.next_time(), sorted.begin()->first);
            now = queue.next_time();
            ASSERT_EQ(queue.pop(), sorted.begin()->second);
            sorted.erase(sorted.begin());
        }
        ASSERT_EQ(queue.size(), sorted.size());
    }
}

}  // namespace
}  // namespace rankpool::simulation
