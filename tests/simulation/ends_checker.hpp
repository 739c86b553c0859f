#pragma once

#include <map>
#include <optional>
#include <set>
#include <simulation/watcher.hpp>
#include <vector>

#include <rankpool/scheduler/limits.hpp>

namespace rankpool::simulation {

/// Every task ends exactly once, and as it must after what really happened to it.
class EndsChecker final : public Watcher {
  public:
    explicit EndsChecker(const scheduler::Limits& limits) : losses_max_(limits.losses_max) {}

    void submitted(TaskNumber task, const TaskPlan& plan, std::span<const TaskNumber> inputs, Instant when) override;
    void cancel_requested(TaskNumber task, Instant when) override;
    void worker_lost(WorkerId worker, scheduler::LossReason reason, Instant when) override;
    void assigned(TaskNumber task, WorkerId worker, Instant when) override;
    void started(TaskNumber task, WorkerId worker, std::uint32_t attempt, Instant when) override;
    void ended(TaskNumber task, WorkerId worker, scheduler::TaskEnd end, Instant when) override;
    void settled(TaskNumber task, scheduler::Settlement settlement, Instant when) override;

    /// After the run: all have ended. In a calm run, without accidents and cancels, what each ends as is known from the
    /// plans alone.
    void finish(bool is_calm, Instant when) const;

    std::size_t count(scheduler::Settlement settlement) const;
    std::size_t tasks() const { return tasks_.size(); }

  private:
    struct Task {
        TaskPlan plan;
        std::vector<TaskNumber> inputs;
        std::vector<WorkerId> assigned;
        std::uint32_t started = 0;
        std::uint32_t returned = 0;
        std::uint32_t raised = 0;
        bool is_cancel_wanted = false;
        std::optional<scheduler::Settlement> settlement;
    };

    bool has_failed_input(const Task& task) const;
    bool has_cancelled_input(const Task& task) const;
    bool is_suspect(const Task& task) const;
    bool is_possible(const Task& task, scheduler::Settlement settlement) const;
    scheduler::Settlement expected(const Task& task) const;

    std::map<TaskNumber, Task> tasks_;
    std::set<WorkerId> died_alone_;
    std::size_t losses_max_;
};

}  // namespace rankpool::simulation
