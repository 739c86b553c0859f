#pragma once

#include <map>
#include <set>
#include <simulation/watcher.hpp>
#include <vector>

namespace rankpool::simulation {

/// No task starts before all of its inputs have succeeded.
class InputChecker final : public Watcher {
  public:
    void submitted(TaskNumber task, const TaskPlan& plan, std::span<const TaskNumber> inputs, Instant when) override;
    void started(TaskNumber task, WorkerId worker, std::uint32_t attempt, Instant when) override;
    void settled(TaskNumber task, scheduler::Settlement settlement, Instant when) override;

  private:
    std::map<TaskNumber, std::vector<TaskNumber>> inputs_;
    std::set<TaskNumber> succeeded_;
};

}  // namespace rankpool::simulation
