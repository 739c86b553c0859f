#include <algorithm>
#include <random>
#include <string>
#include <transport/traffic.hpp>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/worker/task_queue.hpp>

namespace rankpool {
namespace {

HeldTask held_task(std::uint32_t task, std::uint16_t level = 0, std::uint32_t execution = 1) {
    HeldTask held;
    held.task = task;
    held.execution = execution;
    held.level = level;
    return held;
}
HeldTask with_priority(std::int32_t priority, HeldTask held) {
    held.priority = priority;
    return held;
}

TEST(TaskQueue, orders_by_priority_then_level_then_arrival) {
    TaskQueue queue;
    queue.push(with_priority(0, held_task(1, 0)));
    queue.push(with_priority(0, held_task(2, 1)));
    queue.push(with_priority(3, held_task(3, 0)));
    queue.push(with_priority(-3, held_task(4, 9)));
    queue.push(with_priority(0, held_task(5, 1)));
    queue.push(with_priority(3, held_task(6, 0)));
    std::vector<std::uint32_t> order;
    while (!queue.is_empty()) order.push_back(queue.pop().task);
    EXPECT_EQ(order, (std::vector<std::uint32_t>{3, 6, 2, 5, 1, 4}));
    EXPECT_EQ(queue.size(), 0U);
}

TEST(TaskQueue, puts_a_task_before_those_of_its_kind) {
    TaskQueue queue;
    queue.push(held_task(1));
    queue.push_first(held_task(2));
    queue.push_first(with_priority(-1, held_task(3)));
    EXPECT_EQ(queue.front().task, 2U);
    EXPECT_EQ(queue.pop().task, 2U);
    EXPECT_EQ(queue.pop().task, 1U);
    EXPECT_EQ(queue.pop().task, 3U);
}

TEST(TaskQueue, finds_the_first_task_with_kept_inputs) {
    TaskQueue queue;
    HeldTask reader = held_task(2);
    reader.needs = {ObjectId{TaskId{1}, Execution{1}}};
    queue.push(held_task(1));
    queue.push(std::move(reader));
    EXPECT_EQ(queue.pop_reader().task, 2U);
    EXPECT_EQ(queue.pop_reader().task, 1U);
    EXPECT_TRUE(queue.is_empty());
}

TEST(TaskQueue, keeps_all_of_a_task) {
    const std::string packed(100, 'p');
    const protocol::Assign assign{.task = 1,
                                  .execution = 2,
                                  .level = 3,
                                  .function = 4,
                                  .attempt = 5,
                                  .priority = 6,
                                  .is_local = true,
                                  .must_stop = true,
                                  .name = "name",
                                  .key = "key",
                                  .packed = std::as_bytes(std::span(packed)),
                                  .inputs = std::as_bytes(std::span(packed).first(3))};
    TaskQueue queue;
    queue.push(HeldTask::from(assign));
    const HeldTask held = queue.pop();
    EXPECT_EQ(held.task, 1U);
    EXPECT_EQ(held.execution, 2U);
    EXPECT_EQ(held.level, 3U);
    EXPECT_EQ(held.function, 4U);
    EXPECT_EQ(held.attempt, 5U);
    EXPECT_TRUE(held.is_local);
    EXPECT_TRUE(held.must_stop);
    EXPECT_EQ(held.name, "name");
    EXPECT_EQ(held.key, "key");
    EXPECT_EQ(held.packed.size(), 100U);
    EXPECT_EQ(held.inputs.size(), 3U);
}

TEST(TaskQueue, stops_only_the_execution_it_names) {
    TaskQueue queue;
    queue.push(with_priority(0, held_task(1, 0, 1)));
    queue.push(with_priority(0, held_task(1, 0, 2)));
    queue.push(with_priority(5, held_task(2)));
    queue.stop(1, 2);
    queue.stop(3, 1);
    EXPECT_FALSE(queue.pop().must_stop);
    EXPECT_FALSE(queue.pop().must_stop);
    EXPECT_TRUE(queue.pop().must_stop);
}

TEST(TaskQueue, agrees_with_a_sorted_list) {
    const std::uint32_t seed = test_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    struct Entry {
        std::int32_t priority;
        std::uint16_t level;
        std::uint32_t task;
    };
    std::vector<Entry> naive;
    TaskQueue queue;
    std::uint32_t next = 0;
    for (int step = 0; step < 20'000; ++step) {
        const auto choice = random() % 8;
        if (choice < 4) {
            const Entry entry{static_cast<std::int32_t>(random() % 4) - 2, static_cast<std::uint16_t>(random() % 3),
                              next++};
            queue.push(with_priority(entry.priority, held_task(entry.task, entry.level)));
            const auto place = std::find_if(naive.begin(), naive.end(), [&](const Entry& other) {
                return std::pair(-other.priority, -other.level) > std::pair(-entry.priority, -entry.level);
            });
            naive.insert(place, entry);
        } else if (choice < 7 && !naive.empty()) {
            ASSERT_EQ(queue.pop().task, naive.front().task);
            naive.erase(naive.begin());
        } else if (next != 0) {
            const auto task = static_cast<std::uint32_t>(random() % next);
            const auto found =
                std::find_if(naive.begin(), naive.end(), [&](const Entry& entry) { return entry.task == task; });
            ASSERT_EQ(queue.remove(task, 1), found != naive.end());
            if (found != naive.end()) naive.erase(found);
            ASSERT_FALSE(queue.remove(task, 2));
        }
        ASSERT_EQ(queue.size(), naive.size());
        ASSERT_EQ(queue.is_empty(), naive.empty());
    }
}

}  // namespace
}  // namespace rankpool
