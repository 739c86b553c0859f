#pragma once

#include <cstdint>
#include <map>

#include <rankpool/core/ids.hpp>
#include <rankpool/scheduler/resource.hpp>

namespace rankpool::scheduler {

/// What is left of a range of items, and the task that was carved from it last.
struct Range {
    FunctionId function;
    std::uint64_t next = 0;  ///< the first item that no task has
    std::uint64_t end = 0;
    std::uint32_t items_log2 = 0;  ///< of the task asked for, or the one before
    bool is_asked = false;         ///< a task is wanted, and was not submitted yet
    TaskId task;                   ///< not assigned yet, if any

    std::uint64_t left() const { return end - next; }
    /// Tasks to come, if they get no smaller.
    std::uint64_t tasks_left() const { return left() >> items_log2; }
};

/// Ranges that are not carved up yet. Memory for each of them, whatever its size.
class RangeTable {
  public:
    bool is_empty() const { return ranges_.empty(); }
    bool contains(RangeId id) const { return ranges_.contains(id); }
    const Range& operator[](RangeId id) const { return ranges_.at(id); }
    std::uint64_t tasks_left() const { return tasks_left_; }

    void add(RangeId id, const Range& range) { set(id, range); }
    void set(RangeId id, const Range& range) {
        Range& stored = ranges_[id];
        tasks_left_ += range.tasks_left() - stored.tasks_left();
        if (stored.task.is_valid()) by_task_.erase(stored.task);
        if (range.task.is_valid()) by_task_[range.task] = id;
        stored = range;
    }
    void remove(RangeId id) {
        set(id, Range{});
        ranges_.erase(id);
    }
    /// The range of a task that is not assigned yet, or none.
    RangeId range_of(TaskId task) const {
        const auto found = by_task_.find(task);
        return found != by_task_.end() ? found->second : RangeId{};
    }
    template <class Visit>
    void visit(Visit visit) const {
        for (const auto& [id, range] : ranges_) visit(id, range);
    }

  private:
    std::map<RangeId, Range> ranges_;
    std::map<TaskId, RangeId> by_task_;
    std::uint64_t tasks_left_ = 0;
};

}  // namespace rankpool::scheduler
