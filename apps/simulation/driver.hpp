#pragma once

#include <cstdint>
#include <simulation/workload.hpp>
#include <vector>

#include <rankpool/scheduler/command.hpp>

namespace rankpool::simulation {

/// The programs' side on rank 0: which task of the program is which of the scheduler, what has become of each, and who
/// waits for whose children.
class Driver {
  public:
    explicit Driver(const Workload& workload);

    /// A parent that is suspended on a worker until its children are settled.
    struct Family {
        WorkerId worker;
        TaskId parent;
        Execution execution;
        std::uint16_t level = 0;  ///< of the children
        std::uint32_t open = 0;
    };

    const Workload& workload() const { return *workload_; }
    TaskPlan plan(TaskNumber number) const;
    std::uint16_t level(TaskNumber number) const;

    /// Makes the numbers of children; the first is returned, the others follow it.
    TaskNumber add_family(const Family& family);
    /// Gives the task a number of the scheduler, to be submitted with.
    TaskId enter(TaskNumber number);
    /// Takes note of a task that the scheduler never sees, because an input was unsuccessful before it was submitted.
    scheduler::Settlement refuse(TaskNumber number, TaskNumber input);
    /// Frees the scheduler's number. Answers with the family that is complete by this, if there is one.
    const Family* settle(TaskNumber number, scheduler::Settlement settlement);

    bool is_live(TaskNumber number) const { return number < ids_.size() && ids_[number] < mark_first; }
    bool has_succeeded(TaskNumber number) const { return ids_[number] == succeeded; }
    TaskId id(TaskNumber number) const { return TaskId{ids_[number]}; }
    TaskNumber number(TaskId id) const { return numbers_[id.value]; }

    std::uint64_t submitted() const { return submitted_; }
    std::uint64_t settled() const { return settled_; }

  private:
    // What ids_ has for tasks that are not with the scheduler.
    static constexpr std::uint32_t mark_first = 0xFFFF'FF00;
    static constexpr std::uint32_t unknown = mark_first;
    static constexpr std::uint32_t succeeded = mark_first + 1;
    static constexpr std::uint32_t failed = mark_first + 2;     ///< or an input did
    static constexpr std::uint32_t cancelled = mark_first + 3;  ///< or an input was

    const Workload* workload_;
    std::vector<std::uint32_t> ids_;   ///< by TaskNumber: a TaskId, or what became of it
    std::vector<TaskNumber> numbers_;  ///< by TaskId
    std::vector<TaskId> free_ids_;     ///< the latest is used first
    std::vector<Family> families_;
    std::vector<std::uint32_t> family_of_;  ///< by TaskNumber of children, less the size of the workload
    std::uint64_t submitted_ = 0;
    std::uint64_t settled_ = 0;
};

}  // namespace rankpool::simulation
