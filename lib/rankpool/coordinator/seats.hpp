#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include <rankpool/task/object_ref.hpp>

namespace rankpool {

/// Who runs tasks beside the worker of a task's own execution: members of tasks over several workers, stragglers of
/// which there is a copy, and what is being stopped. The scheduler's seats, as reports name them.
class Seats {
  public:
    struct Seat {
        WorkerId worker;
        std::uint32_t member = 0;  ///< 0: the leader, or a task over one worker
        bool is_wanted = true;     ///< somebody waits for its end
    };

    bool is_empty() const { return seats_.empty(); }
    bool has(ObjectId execution) const { return seats_.contains(execution); }
    Seat* find(ObjectId execution, WorkerId worker) {
        const auto found = seats_.find(execution);
        if (found == seats_.end()) return nullptr;
        const auto seat = place(found->second, worker);
        return seat == found->second.end() ? nullptr : &*seat;
    }
    void add(ObjectId execution, const Seat& seat) { seats_[execution].push_back(seat); }
    void remove(ObjectId execution, WorkerId worker) {
        const auto found = seats_.find(execution);
        found->second.erase(place(found->second, worker));
        if (found->second.empty()) seats_.erase(found);
    }
    /// Nobody waits for any of the task's executions any more.
    void settle(TaskId task) {
        visit(task, [](ObjectId, Seat& seat) { seat.is_wanted = false; });
    }
    /// Calls visit(execution, seat) for those of the task, and of settled ones that had its number.
    template <class Visit>
    void visit(TaskId task, Visit visit) {
        for (auto& [execution, seats] : seats_) {
            if (execution.task != task) continue;
            for (Seat& seat : seats) visit(execution, seat);
        }
    }
    void clear() { seats_.clear(); }

  private:
    static std::vector<Seat>::iterator place(std::vector<Seat>& seats, WorkerId worker) {
        return std::find_if(seats.begin(), seats.end(), [&](const Seat& seat) { return seat.worker == worker; });
    }
    std::unordered_map<ObjectId, std::vector<Seat>> seats_;  // few at a time
};

}  // namespace rankpool
