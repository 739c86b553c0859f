#pragma once

#include <cstdint>
#include <simulation/workload.hpp>
#include <vector>

#include <rankpool/core/ids.hpp>

namespace rankpool::simulation {

/// A task that a worker has.
struct HeldTask {
    TaskId task;
    Execution execution;
    TaskNumber number = 0;
    std::uint32_t attempt = 1;
    std::uint32_t member = 0;  ///< of a task over several workers
    Duration busy{};           ///< of this worker, all phases
    std::int32_t priority = 0;
    std::uint16_t level = 0;
    std::uint16_t children = 0;  ///< still to be submitted
    bool is_raising = false;
    bool has_waited = false;  ///< for its children; then half of it is done
};

/// What a worker holds, and what it does next: priority, then nesting, then arrival; what goes on comes before what
/// starts. It has no clock and sends nothing.
class VirtualWorker {
  public:
    explicit VirtualWorker(std::uint32_t slots = 1) : slots_(slots) {}

    void hold(const HeldTask& task);
    /// Takes a task out of the queue, if it is there.
    bool give_back(TaskId task, Execution execution);
    /// The children of a suspended task are done.
    void wake(TaskId task, Execution execution);

    /// Starts a task, or goes on with one, if a slot is free. Borrowed until the next call.
    HeldTask* start_next();
    HeldTask* find_running(TaskId task, Execution execution);
    void suspend(TaskId task, Execution execution);
    void finish(TaskId task, Execution execution);

    std::size_t running() const { return running_.size(); }
    std::uint32_t slots() const { return slots_; }
    bool is_empty() const {
        return running_.empty() && first_ == queue_.size() && suspended_.empty() && resumable_.empty();
    }
    /// Forgets everything: it died.
    void clear();

  private:
    std::uint32_t slots_;
    std::uint32_t first_ = 0;      ///< of queue_; what is before has started
    std::vector<HeldTask> queue_;  ///< in the order in which they will start
    std::vector<HeldTask> running_;
    std::vector<HeldTask> suspended_;
    std::vector<HeldTask> resumable_;
};

}  // namespace rankpool::simulation
