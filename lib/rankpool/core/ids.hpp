#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace rankpool {

/// A number that names one kind of thing, so that a task's number cannot be passed as a worker's.
template <class Tag, class Number = std::uint32_t>
struct Id {
    Number value = none;

    /// The number that names nothing.
    static constexpr Number none = static_cast<Number>(-1);

    constexpr bool is_valid() const { return value != none; }
    friend constexpr auto operator<=>(const Id&, const Id&) = default;  // NOLINT(modernize-use-nullptr)
};

/// Names a task among the living of one scheduler: dense, used again after the task is settled.
using TaskId = Id<struct TaskTag>;
/// Names a worker of one scheduler: dense, counted from 0 in the order of joining.
using WorkerId = Id<struct WorkerTag>;
/// Names a task function: its place in the sorted registry, the same on all ranks of one binary.
using FunctionId = Id<struct FunctionTag>;
/// Numbers the executions of a task slot. It grows for ever, also when the slot gets a new task, so that a late
/// report of an earlier execution is recognised.
using Execution = Id<struct ExecutionTag>;

/// An MPI rank within the communicator the pool was given.
using Rank = int;

}  // namespace rankpool

template <class Tag, class Number>
struct std::hash<rankpool::Id<Tag, Number>> {
    std::size_t operator()(rankpool::Id<Tag, Number> id) const noexcept { return std::hash<Number>{}(id.value); }
};
