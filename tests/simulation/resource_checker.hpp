#pragma once

#include <map>
#include <simulation/watcher.hpp>
#include <utility>
#include <vector>

namespace rankpool::simulation {

/// The tasks that a worker holds never need more of a resource than it has. Which variant of a request was taken nobody
/// tells, so the least of them counts.
class ResourceChecker final : public Watcher {
  public:
    ResourceChecker(std::vector<RequestVariants> requests, scheduler::Amount stock)
        : requests_(std::move(requests)), stock_(stock) {}

    void decided(const scheduler::Event& event, std::span<const scheduler::Command> commands, Instant when) override;

  private:
    using Key = std::pair<TaskId, Execution>;
    using Amounts = std::map<scheduler::ResourceId, scheduler::Amount>;

    Amounts least_needs(scheduler::RequestId request) const;
    void check(WorkerId worker, Instant when) const;

    std::vector<RequestVariants> requests_;
    scheduler::Amount stock_;
    std::map<TaskId, scheduler::RequestId> request_of_;
    std::map<WorkerId, std::map<Key, Amounts>> taken_;
};

}  // namespace rankpool::simulation
