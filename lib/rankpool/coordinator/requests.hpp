#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <rankpool/scheduler/scheduler.hpp>
#include <rankpool/task/needs.hpp>

namespace rankpool {

/// Gives numbers to the names of resources, and to what tasks need: tasks that need the same share a request.
class Requests {
  public:
    explicit Requests(scheduler::Scheduler& scheduler) : scheduler_(scheduler) {}

    /// The request for tasks of these needs; told to the scheduler at its first use.
    /// @param pinned  the worker on `needs.on_rank`, if that says one
    scheduler::RequestId find(const Needs& needs, WorkerId pinned, Instant now);

    /// Amounts as the scheduler wants them. Valid until the next call.
    std::span<const scheduler::Need> needs_of(const Resources& resources, Instant now);

  private:
    void append(const Resources& resources, Instant now);
    scheduler::ResourceId number_of(const std::string& name, Instant now);

    scheduler::Scheduler& scheduler_;
    scheduler::CommandSink none_;
    std::unordered_map<std::string, scheduler::ResourceId> resources_;
    std::unordered_map<std::string, scheduler::RequestId> requests_;  // by packed needs
    std::vector<scheduler::Need> needs_;                              // working space
};

}  // namespace rankpool
