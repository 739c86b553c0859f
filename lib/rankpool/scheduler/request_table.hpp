#pragma once

#include <cstdint>
#include <vector>

#include <rankpool/scheduler/event.hpp>
#include <rankpool/scheduler/request.hpp>

namespace rankpool::scheduler {

/// Every request by number, with a queue of ready tasks for each that is not plain: what does not fit now does not hold
/// up the others.
///
/// A request is open if it has ready tasks and a worker that may have room for them. Only those are looked at.
class RequestTable {
  public:
    bool contains(RequestId id) const { return id.value < requests_.size(); }
    std::uint32_t size() const { return static_cast<std::uint32_t>(requests_.size()); }
    const Request& operator[](RequestId id) const { return requests_[id.value]; }
    Request& operator[](RequestId id) { return requests_[id.value]; }

    /// @param workers  workers up to this number may have joined: all of them become candidates
    void define(const RequestDefined& event, std::uint32_t workers);

    /// True if tasks of this request wait in a queue of their own.
    bool has_queue(RequestId id) const { return contains(id) && !requests_[id.value].is_plain(); }

    /// The worker may have room that it had not before. O(requests that do not know it as a candidate).
    void offer(WorkerId worker);
    /// Takes the first candidate off the list of a request, as it has no room for it.
    void drop_candidate(RequestId id);

    void push(TaskTable& tasks, TaskId task);
    void put_back(TaskTable& tasks, TaskId task);
    void remove(TaskTable& tasks, TaskId task);

    bool has_open() const { return !open_.empty(); }
    /// Of the open requests the one whose first task goes first; there is one.
    RequestId first_open(const TaskTable& tasks) const;
    /// An open request of which is_wanted(request) is true, or none.
    template <class IsWanted>
    RequestId find_open(IsWanted is_wanted) const {
        for (const RequestId id : open_) {
            if (is_wanted(requests_[id.value])) return id;
        }
        return RequestId{};
    }
    /// The request is not looked at until a worker is offered.
    void close(RequestId id);
    /// Ready tasks in all its queues.
    std::uint64_t ready_count() const { return ready_count_; }

    bool has_pinned(WorkerId worker) const { return worker.value < pinned_.size() && !pinned_[worker.value].empty(); }
    /// Requests that are pinned to the worker.
    template <class Visit>
    void visit_pinned(WorkerId worker, Visit visit) const {
        if (worker.value >= pinned_.size()) return;
        for (const RequestId id : pinned_[worker.value]) visit(id);
    }

    void check_invariants(const TaskTable& tasks) const;

  private:
    void open(RequestId id);
    std::uint64_t& offered(WorkerId worker, std::uint32_t word);

    std::vector<Request> requests_;
    std::vector<RequestId> shared_;               ///< those that are not pinned and not plain
    std::vector<RequestId> open_;                 ///< in no meaningful order
    std::vector<std::vector<RequestId>> pinned_;  ///< by worker
    std::vector<std::vector<std::uint64_t>>
        offered_;  ///< by 64 shared requests, then by worker: a bit says "candidate"
    std::uint64_t ready_count_ = 0;
};

/// True if `a` runs before `b`: priority, level, way to go, then submission.
bool goes_before(const Task& a, const Task& b);

}  // namespace rankpool::scheduler
