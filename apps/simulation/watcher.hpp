#pragma once

#include <cstdint>
#include <simulation/workload.hpp>
#include <span>

#include <rankpool/scheduler/command.hpp>
#include <rankpool/scheduler/event.hpp>

namespace rankpool::simulation {

/// Is told everything that really happens in a virtual cluster, whether or not the scheduler knows. Checkers and traces
/// derive from it.
class Watcher {
  public:
    virtual ~Watcher() = default;

    // What the scheduler was told, and what it wants done.
    virtual void decided(const scheduler::Event&, std::span<const scheduler::Command>, Instant) {}

    // On workers.
    virtual void worker_joined(WorkerId, std::uint32_t /*slots*/, Instant) {}
    /// From now on the scheduler takes it for lost. It may go on all the same.
    virtual void worker_lost(WorkerId, scheduler::LossReason, Instant) {}
    virtual void assigned(TaskNumber, WorkerId, Instant) {}
    virtual void started(TaskNumber, WorkerId, std::uint32_t /*attempt*/, Instant) {}
    /// It was stopped, as nobody waits for it any more.
    virtual void stopped(TaskNumber, WorkerId, Instant) {}
    /// Of tasks over several workers: those beside the leader. `started` and `ended` tell of the leader.
    virtual void member_started(TaskNumber, WorkerId, Instant) {}
    virtual void member_ended(TaskNumber, WorkerId, Instant) {}
    virtual void suspended(TaskNumber, WorkerId, Instant) {}
    virtual void resumed(TaskNumber, WorkerId, Instant) {}
    virtual void ended(TaskNumber, WorkerId, scheduler::TaskEnd, Instant) {}
    /// The worker died; what it ran is gone.
    virtual void worker_died(WorkerId, Instant) {}

    // On rank 0. `inputs` are all inputs, those settled before included.
    virtual void submitted(TaskNumber, const TaskPlan&, std::span<const TaskNumber> /*inputs*/, Instant) {}
    virtual void cancel_requested(TaskNumber, Instant) {}
    virtual void settled(TaskNumber, scheduler::Settlement, Instant) {}
};

}  // namespace rankpool::simulation
