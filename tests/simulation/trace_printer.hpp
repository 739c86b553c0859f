#pragma once

#include <iosfwd>
#include <simulation/watcher.hpp>

namespace rankpool::simulation {

/// Writes a line for everything that happens: for looking at one seed.
class TracePrinter final : public Watcher {
  public:
    explicit TracePrinter(std::ostream& out) : out_(out) {}

    void decided(const scheduler::Event& event, std::span<const scheduler::Command> commands, Instant when) override;
    void worker_died(WorkerId worker, Instant when) override;
    void started(TaskNumber task, WorkerId worker, std::uint32_t attempt, Instant when) override;
    void ended(TaskNumber task, WorkerId worker, scheduler::TaskEnd end, Instant when) override;
    void submitted(TaskNumber task, const TaskPlan& plan, std::span<const TaskNumber> inputs, Instant when) override;

  private:
    std::ostream& out_;
};

}  // namespace rankpool::simulation
