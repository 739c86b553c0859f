#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/scheduler/ready_queue.hpp>

namespace rankpool::scheduler {
namespace {

TaskId add_task(TaskTable& tasks, std::uint32_t number, std::int32_t priority, std::uint16_t level = 0) {
    const TaskId id{number};
    tasks.reach(id);
    tasks[id].state = TaskState::ready;
    tasks[id].order = number;
    tasks[id].priority = priority;
    tasks[id].level = level;
    return id;
}

std::vector<std::uint32_t> content(const ReadyQueue& queue, const TaskTable& tasks) {
    std::vector<std::uint32_t> content;
    queue.look_at(tasks, [&](TaskId id) { content.push_back(id.value); });
    return content;
}

TEST(ReadyQueue, puts_tasks_back_at_their_place) {
    TaskTable tasks;
    ReadyQueue queue;
    for (std::uint32_t i = 0; i < 10; ++i) queue.push(tasks, add_task(tasks, i, 0));
    for (std::uint32_t i : {3U, 0U, 5U, 4U}) queue.remove(tasks, TaskId{i});
    for (std::uint32_t i : {5U, 4U, 0U, 3U}) queue.put_back(tasks, TaskId{i});
    EXPECT_EQ(content(queue, tasks), (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(ReadyQueue, agrees_with_a_sorted_vector) {
    for (std::uint32_t seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const std::uint32_t priorities = seed % 2 == 0 ? 3 : 200;  // Few lists, or more than are kept spare.
        TaskTable tasks;
        ReadyQueue queue;
        std::vector<TaskId> naive;
        for (std::uint32_t i = 0; i < 1000; ++i) {
            if (random() % 5 < 3) {
                const TaskId id = add_task(tasks, i, static_cast<std::int32_t>(random() % priorities) - 1,
                                           static_cast<std::uint16_t>(random() % 2));
                queue.push(tasks, id);
                const auto runs_before = [&](TaskId a, TaskId b) {
                    return std::pair(tasks[a].priority, tasks[a].level) > std::pair(tasks[b].priority, tasks[b].level);
                };
                naive.insert(std::upper_bound(naive.begin(), naive.end(), id, runs_before), id);
            } else if (!naive.empty()) {
                const std::size_t chosen = random() % 2 == 0 ? 0 : random() % naive.size();
                queue.remove(tasks, naive[chosen]);
                naive.erase(naive.begin() + static_cast<std::ptrdiff_t>(chosen));
            }
            queue.check_invariants(tasks);
            ASSERT_EQ(queue.count(), naive.size());
            ASSERT_TRUE(naive.empty() || queue.front() == naive.front());
        }
    }
}

}  // namespace
}  // namespace rankpool::scheduler
