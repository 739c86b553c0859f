#pragma once

#include <map>
#include <set>
#include <simulation/watcher.hpp>

namespace rankpool::simulation {

/// A task runs on one worker at a time, and on none once it is settled. Workers that were given up do not count: nobody
/// can stop them. Nor do speculative tasks and those over several workers, which are stopped by messages that take
/// time.
class CommitChecker final : public Watcher {
  public:
    explicit CommitChecker(const Workload& workload) : workload_(workload) {}

    void submitted(TaskNumber task, const TaskPlan& plan, std::span<const TaskNumber> inputs, Instant when) override;
    void worker_lost(WorkerId worker, scheduler::LossReason reason, Instant when) override;
    void worker_died(WorkerId worker, Instant when) override;
    void started(TaskNumber task, WorkerId worker, std::uint32_t attempt, Instant when) override;
    void resumed(TaskNumber task, WorkerId worker, Instant when) override;
    void ended(TaskNumber task, WorkerId worker, scheduler::TaskEnd end, Instant when) override;
    void settled(TaskNumber task, scheduler::Settlement settlement, Instant when) override;

  private:
    void give_up(WorkerId worker);
    bool is_stopped_late(TaskNumber task) const { return stopped_late_.contains(task); }

    const Workload& workload_;
    std::set<TaskNumber> stopped_late_;

    std::map<TaskNumber, WorkerId> running_;  ///< suspended ones included
    std::map<TaskNumber, std::uint32_t> attempts_;
    std::set<TaskNumber> settled_;
    std::set<WorkerId> given_up_;
};

}  // namespace rankpool::simulation
