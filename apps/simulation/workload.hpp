#pragma once

#include <cstdint>
#include <vector>

#include <rankpool/core/ids.hpp>
#include <rankpool/core/time.hpp>
#include <rankpool/scheduler/resource.hpp>

namespace rankpool::simulation {

/// Names a task of a simulation for good; the scheduler's TaskId is used again when a task is settled.
using TaskNumber = std::uint32_t;

/// What a task will do when it runs.
struct TaskPlan {
    Duration busy{};  ///< time it occupies a slot, on a worker of ordinary speed
    FunctionId function{0};
    std::int32_t priority = 0;
    std::uint16_t retries = 0;
    std::uint16_t raises = 0;           ///< so many attempts, counted from the first, end with an exception
    scheduler::RequestId request = {};  ///< one of Workload::requests(), or none
    std::uint16_t children = 0;         ///< tasks it submits half-way, and waits for
    bool is_speculative = false;        ///< a copy of it may be made
};

/// What some tasks need: any one of these.
using RequestVariants = std::vector<std::vector<scheduler::Need>>;

/// The tasks of a program. Answers are the same whenever it is asked, so that nothing has to be kept for ten million
/// tasks.
class Workload {
  public:
    virtual ~Workload() = default;
    /// Tasks that the driver submits; numbers from here on are the children of others.
    virtual TaskNumber size() const = 0;
    virtual TaskPlan plan(TaskNumber number) const = 0;
    virtual std::vector<RequestVariants> requests() const { return {}; }
    /// How many workers run tasks with the request together.
    virtual std::uint32_t ranks(scheduler::RequestId) const { return 1; }
    /// Appends the inputs, all below `number`. Children have none.
    virtual void add_inputs(TaskNumber number, std::vector<TaskNumber>& inputs) const = 0;
};

}  // namespace rankpool::simulation
