#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include <rankpool/core/ids.hpp>
#include <rankpool/scheduler/resource.hpp>

namespace rankpool::scheduler {

/// A slot that is taken by something else than its task's present execution.
struct Seat {
    enum class Kind : std::uint8_t {
        member,  ///< runs a task over several workers, beside the leader
        rival,   ///< the straggler of which there is a copy; what ends first decides
        ending,  ///< nobody waits for it any more, but it has not reported its end
    };
    Kind kind = Kind::ending;
    WorkerId worker;
    RequestId request = {};         ///< its share of the stock is taken
    std::uint8_t variant = 0;       ///< of the request
    std::uint32_t expected_ns = 0;  ///< what it adds to the expected work of its worker
    bool is_suspended = false;      ///< it waits inside for another task: the slot is free meanwhile
};

/// Every seat, by what its reports name. Few at a time: wide tasks, stragglers, and what is being stopped.
class SeatTable {
  public:
    struct Key {
        TaskId task;
        Execution execution;
        std::uint32_t member = 0;
        friend bool operator<(const Key& a, const Key& b) {
            return std::tie(a.task.value, a.execution.value, a.member) <
                   std::tie(b.task.value, b.execution.value, b.member);
        }
    };

    bool is_empty() const { return seats_.empty(); }
    std::size_t count() const { return seats_.size(); }
    const Seat* find(const Key& key) const {
        const auto found = seats_.find(key);
        return found != seats_.end() ? &found->second : nullptr;
    }
    void add(const Key& key, const Seat& seat) {
        seats_.emplace(key, seat);
        by_worker_[seat.worker].push_back(key);
    }
    void set_suspended(const Key& key, bool is_suspended) { seats_.at(key).is_suspended = is_suspended; }
    void set_kind(const Key& key, Seat::Kind kind) { seats_.at(key).kind = kind; }
    Seat remove(const Key& key) {
        const auto found = seats_.find(key);
        const Seat seat = found->second;
        const auto at = by_worker_.find(seat.worker);
        std::erase_if(at->second, [&](const Key& each) { return !(each < key) && !(key < each); });
        if (at->second.empty()) by_worker_.erase(at);
        seats_.erase(found);
        return seat;
    }
    /// One at this worker; false if there is none.
    bool find_at(WorkerId worker, Key& key) const {
        const auto found = by_worker_.find(worker);
        if (found == by_worker_.end()) return false;
        key = found->second.front();
        return true;
    }
    /// Calls visit(key, seat) for all of one task, and of those that had its number before.
    template <class Visit>
    void visit_task(TaskId task, Visit visit) const {
        for (auto at = seats_.lower_bound({task, Execution{0}, 0}); at != seats_.end() && at->first.task == task;
             ++at) {
            visit(at->first, at->second);
        }
    }
    template <class Visit>
    void visit_all(Visit visit) const {
        for (const auto& [key, seat] : seats_) visit(key, seat);
    }

  private:
    std::map<Key, Seat> seats_;
    std::map<WorkerId, std::vector<Key>> by_worker_;  ///< oldest first
};

}  // namespace rankpool::scheduler
