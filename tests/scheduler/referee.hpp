#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <rankpool/scheduler/command.hpp>
#include <rankpool/scheduler/event.hpp>
#include <rankpool/scheduler/limits.hpp>

namespace rankpool::scheduler {

/// A deliberately naive scheduler that only watches: it is told every event and the commands that followed, and says
/// what about them is wrong. Maps and sets, everything searched for anew.
class Referee {
  public:
    explicit Referee(Limits limits) : limits_(limits) {}

    /// Throws std::logic_error if the commands are not a right answer to the event.
    void judge(const Event& event, Instant now, const CommandSink& commands);

    std::size_t unsettled() const { return tasks_.size(); }
    std::size_t settled() const { return settled_; }

  private:
    enum class State { waiting, ready, assigned, running, suspended };
    struct Task {
        State state = State::waiting;
        TaskSubmitted options;
        std::multiset<TaskId> inputs;
        std::uint32_t attempt = 1;
        std::uint32_t retries = 0;
        WorkerId worker;
        std::uint8_t variant = 0;
        std::uint64_t assigned_as = 0;  ///< counts assignments
        std::uint32_t losses = 0;
        std::set<WorkerId> near;  ///< have something it needs
        bool is_asked_back = false;
        bool is_cancel_pending = false;
        bool is_held() const { return state >= State::assigned; }
    };
    struct Worker {
        std::uint32_t slots = 1;
        bool is_draining = false;
        std::map<ResourceId, Amount> has;
    };
    struct Request {
        std::vector<std::vector<Need>> variants;
        WorkerId pinned;
        Duration time{};
        bool is_plain() const { return !pinned.is_valid() && variants.empty(); }
    };
    using Settlements = std::map<TaskId, Settlement>;

    void watch(const WorkerJoined& event);
    void watch(const WorkerDraining& event);
    void watch(const WorkerLost& event);
    void watch(const PoolFormed& event);
    void watch(const AllocationEnds& event);
    void watch(const TimePassed&);
    void watch(const DataMoved&) {}
    void watch(const ResourceNamed&) {}
    void watch(const RequestDefined& event);
    void watch(const TaskSubmitted& event);
    void watch(const TaskStarted& event);
    void watch(const TaskSuspended& event);
    void watch(const TaskResumed& event);
    void watch(const TaskFinished& event);
    void watch(const TaskReturned& event);
    void watch(const RevokeRefused& event);
    void watch(const CancelRequested& event);

    void check(const AssignTask& command);
    void check(const RevokeTask& command);
    void check(const SettleTask& command);
    void check(const RefuseCancel& command);
    void check(const StopTask& command);
    void check_rest() const;

    Task* current(TaskId id, Execution execution);
    void expect_settled(TaskId id, Settlement settlement);
    void expect_no_cancel(TaskId id);
    void suspect(WorkerId worker);
    bool is_plain(const Task& task) const;
    bool has(WorkerId worker, const std::vector<Need>& needs, bool is_all_free) const;
    /// True if a worker with a free slot has what the task needs.
    bool fits_somewhere(const Task& task) const;
    /// True if the task is known not to end in time; if nobody told its length, it may have been found out.
    bool is_late(const Task& task) const;
    bool may_be_late(const Task& task) const;
    bool is_stranded(const Task& task) const;
    bool is_infeasible(const Task& task) const;
    std::uint32_t load(WorkerId id) const;
    std::uint64_t free_slots() const;
    std::uint64_t returning() const;

    Limits limits_;
    std::map<TaskId, Task> tasks_;
    std::map<TaskId, Execution> executions_;  ///< latest of each number, also when the task is settled
    std::map<WorkerId, Worker> workers_;
    std::map<RequestId, Request> requests_;
    std::set<WorkerId> lost_workers_;
    bool is_formed_ = false;
    std::uint64_t assignments_ = 0;
    Instant now_ = Instant::min();
    Instant end_ = Instant::max();
    bool is_over_ = false;
    Settlements expected_settlements_;  ///< still to come after the present event
    Settlements seen_settlements_;      ///< that came after it
    std::set<TaskId> expected_refusals_;
    std::set<TaskId> expected_revokes_;  ///< to cancel or to drain; those for idle workers are at its choice
    std::size_t settled_ = 0;
};

}  // namespace rankpool::scheduler
