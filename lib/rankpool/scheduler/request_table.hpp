#pragma once

#include <cstdint>
#include <vector>

#include <rankpool/scheduler/event.hpp>
#include <rankpool/scheduler/request.hpp>

namespace rankpool::scheduler {

/// What goes first: greater key, then smaller order.
struct Rank {
    std::uint64_t key = 0;
    std::uint64_t order = 0;
    explicit Rank(const Task& task) : key(ReadyQueue::key_of(task)), order(task.order) {}
    bool goes_before(const Rank& other) const { return key != other.key ? key > other.key : order < other.order; }
};

/// Every request by number, with a queue of ready tasks for each that is not plain: what does not fit now does not hold
/// up the others.
///
/// Two things make a look at them worth while: a request is *open* if tasks of it have become ready and a worker may
/// have room for them; a worker has *news* if it may have room that it had not before.
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

    /// The worker may have room that it had not before.
    void add_news(WorkerId worker) {
        if (news_.empty() || news_.back() != worker) news_.push_back(worker);
    }
    bool has_news() const { return !news_.empty(); }
    WorkerId news() const { return news_.back(); }
    /// It was looked at. If it has a free slot still, all requests that do not know it take it for a candidate.
    void end_news(bool has_free_slot);
    /// Of the requests with ready tasks for which is_fitting(id) is true, the one whose first task goes first, or none.
    /// O(requests with ready tasks that are not pinned elsewhere).
    template <class IsFitting>
    RequestId first_for(WorkerId worker, const TaskTable& tasks, IsFitting is_fitting) const {
        const Waiting* best = nullptr;
        for (const Waiting& each : waiting_) {
            if (best != nullptr && best->rank.goes_before(each.rank)) continue;
            if (is_fitting(each.request)) best = &each;
        }
        RequestId first = best != nullptr ? best->request : RequestId{};
        visit_pinned(worker, [&](RequestId id) {
            if (requests_[id.value].ready.is_empty() || !is_fitting(id)) return;
            if (!first.is_valid() || rank_of(id, tasks).goes_before(rank_of(first, tasks))) first = id;
        });
        return first;
    }
    /// Of its first task; it has one.
    Rank rank_of(RequestId id, const TaskTable& tasks) const {
        const Request& request = requests_[id.value];
        return request.waiting_at != Request::not_waiting ? waiting_[request.waiting_at].rank
                                                          : Rank(tasks[request.ready.front()]);
    }
    /// Has the requests that are pinned to the worker looked at.
    void open_pinned(WorkerId worker) {
        visit_pinned(worker, [this](RequestId id) { open(id); });
    }
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
    /// The request is not looked at until tasks of it become ready, or a worker has news.
    void close(RequestId id);
    /// Ready tasks in all its queues.
    std::uint64_t ready_count() const { return ready_count_; }

    /// Of those over several workers with ready tasks and enough able workers, the one whose first task goes first.
    RequestId first_wide(const TaskTable& tasks) const;
    bool has_wide() const { return !wide_.empty(); }

    bool has_pinned(WorkerId worker) const { return worker.value < pinned_.size() && !pinned_[worker.value].empty(); }
    /// Requests that are pinned to the worker.
    template <class Visit>
    void visit_pinned(WorkerId worker, Visit visit) const {
        if (worker.value >= pinned_.size()) return;
        for (const RequestId id : pinned_[worker.value]) visit(id);
    }

    void check_invariants(const TaskTable& tasks) const;

  private:
    /// A request that is not pinned and has ready tasks: what is wanted most often, side by side.
    struct Waiting {
        Rank rank;  ///< of its first task
        RequestId request;
    };

    void open(RequestId id);
    void refresh(const TaskTable& tasks, RequestId id);
    std::uint64_t& offered(WorkerId worker, std::uint32_t word);

    std::vector<Request> requests_;
    std::vector<RequestId> shared_;               ///< those that are not pinned and not plain
    std::vector<RequestId> wide_;                 ///< those over several workers
    std::vector<RequestId> open_;                 ///< in no meaningful order
    std::vector<Waiting> waiting_;                ///< in no meaningful order
    std::vector<WorkerId> news_;                  ///< workers to be looked at; empty between events
    std::vector<std::vector<RequestId>> pinned_;  ///< by worker
    std::vector<std::vector<std::uint64_t>>
        offered_;  ///< by 64 shared requests, then by worker: a bit says "candidate"
    std::uint64_t ready_count_ = 0;
};

}  // namespace rankpool::scheduler
