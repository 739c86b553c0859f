#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include <rankpool/scheduler/task_list.hpp>

namespace rankpool::scheduler {

/// The ready tasks: priority, then level, then the longest way still to go, then the order in which they became ready.
///
/// One list per (priority, level, bucket of paths) in use. Invariant: no list is empty, except the only one.
class ReadyQueue {
  public:
    ReadyQueue() = default;
    ReadyQueue(ReadyQueue&&) noexcept = default;
    ReadyQueue& operator=(ReadyQueue&&) noexcept = default;

    bool is_empty() const { return count_ == 0; }
    std::uint64_t count() const { return count_; }
    /// The task to place next; the queue is not empty.
    TaskId front() const { return lists_.begin()->second.first; }

    /// Greater for tasks that run earlier.
    static std::uint64_t key_of(const Task& task) {
        const std::uint32_t priority = static_cast<std::uint32_t>(task.priority) ^ 0x80000000U;
        return std::uint64_t{priority} << 32 | std::uint64_t{task.level} << 16 | task.path;
    }

    /// Adds a task whose inputs have just succeeded.
    void push(TaskTable& tasks, TaskId id);
    /// Adds a task that was ready before: near the front, at its place in submission order as far as a short look
    /// tells.
    void put_back(TaskTable& tasks, TaskId id);
    void remove(TaskTable& tasks, TaskId id);

    /// Calls visit(id) for all tasks, first to run first.
    template <class Visit>
    void look_at(const TaskTable& tasks, Visit visit) const {
        for (const auto& entry : lists_) {
            for (TaskId id = entry.second.first; id.is_valid(); id = tasks[id].next) visit(id);
        }
    }
    /// Throws ContractError unless the lists are as promised.
    void check_invariants(const TaskTable& tasks) const;

  private:
    using Lists = std::map<std::uint64_t, TaskList, std::greater<>>;

    TaskList& list_of(const Task& task);
    TaskList& add_list(std::uint64_t key);

    Lists lists_;
    std::vector<Lists::node_type> spare_;  ///< emptied lists, so that a steady state allocates nothing
    TaskList* latest_ = nullptr;           ///< of the last look-up: mostly the same one is wanted again
    std::uint64_t latest_key_ = 0;
    std::uint64_t count_ = 0;
};

}  // namespace rankpool::scheduler
