#pragma once

#include <algorithm>
#include <map>
#include <optional>

#include <rankpool/core/ids.hpp>
#include <rankpool/core/time.hpp>

namespace rankpool::scheduler {

/// Running tasks of which a copy may be made, by the moment from which on they count as stragglers.
class StragglerList {
  public:
    struct Entry {
        Instant due;
        TaskId task;
        Instant started;
    };

    void add(const Entry& entry) {
        by_due_.emplace(entry.due, entry.task);
        by_task_.emplace(entry.task, entry);
    }
    void remove(TaskId task) {
        const auto found = by_task_.find(task);
        if (found == by_task_.end()) return;
        const auto [begin, end] = by_due_.equal_range(found->second.due);
        by_due_.erase(std::find_if(begin, end, [&](const auto& each) { return each.second == task; }));
        by_task_.erase(found);
    }
    /// The one that is due first.
    std::optional<Entry> first() const {
        if (by_due_.empty()) return std::nullopt;
        return by_task_.at(by_due_.begin()->second);
    }
    template <class Visit>
    void visit(Visit visit) const {
        for (const auto& [task, entry] : by_task_) visit(entry);
    }

  private:
    std::multimap<Instant, TaskId> by_due_;
    std::map<TaskId, Entry> by_task_;
};

}  // namespace rankpool::scheduler
