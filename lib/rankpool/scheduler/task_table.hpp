#pragma once

#include <array>
#include <cstdint>

#include <rankpool/core/ids.hpp>
#include <rankpool/scheduler/chunked_table.hpp>
#include <rankpool/scheduler/placement.hpp>
#include <rankpool/scheduler/resource.hpp>

namespace rankpool::scheduler {

/// Where a task is in its life; docs/scheduler_states.md has the table of what leads where.
enum class TaskState : std::uint8_t {
    vacant,     ///< no task has this number
    waiting,    ///< for inputs
    ready,      ///< for a worker
    assigned,   ///< sent to a worker; may or may not have started
    revoking,   ///< the worker is asked to give it back
    running,    ///< known to have started
    suspended,  ///< waits inside for another task, and occupies no slot
};
inline constexpr std::size_t task_state_count = 7;
const char* text_of(TaskState state);

/// True in the states in which a worker has the task.
constexpr bool is_held(TaskState state) { return state >= TaskState::assigned; }

/// Lengths in 16 bits: exact below 2,048, then to a thousandth.
constexpr std::uint16_t bucket_of_path(std::uint32_t path) { return packed_bytes(path); }

/// All that is known of one task. 56 bytes: with three inputs of 12 bytes each, a waiting task stays below 96.
struct Task {
    static constexpr std::uint32_t no_edge = static_cast<std::uint32_t>(-1);
    static constexpr std::uint64_t order_max = (std::uint64_t{1} << 48) - 1;  ///< nine years of a million a second

    std::uint64_t order : 48 = 0;        ///< counts submissions: smaller was submitted earlier
    std::uint64_t path : 16 = 0;         ///< bucket_of_path()
    Execution execution{0};              ///< of this slot, growing over all its tasks
    std::uint32_t inputs_or_worker = 0;  ///< waiting: open inputs; held: the worker
    std::uint32_t last_edge = no_edge;   ///< to its dependents, see EdgePool
    TaskId previous;                     ///< in the list of its state, see TaskList
    TaskId next;
    std::int32_t priority = 0;
    FunctionId function;
    std::uint32_t near_or_expected_ns = WorkerId::none;  ///< until held: who has most of its input; held: its length
    RequestId request;
    std::uint16_t level = 0;
    std::uint16_t retries = 0;     ///< further attempts allowed after an exception or its time limit
    std::uint16_t attempt = 1;     ///< stays at 65,535 once there
    std::uint16_t near_bytes = 0;  ///< packed_bytes()
    TaskState state = TaskState::vacant;
    std::uint8_t variant : 4 = 0;        ///< held: of its request
    std::uint8_t losses : 4 = 0;         ///< workers that died while it was running, probably
    bool is_movable : 1 = false;         ///< held: another worker would do as well
    bool is_put_off : 1 = false;         ///< ready: would not end in time
    bool is_cancel_pending : 1 = false;  ///< revoking: somebody wants it cancelled
    bool is_speculative : 1 = false;     ///< a copy may be made of it
    bool has_rival : 1 = false;          ///< an earlier execution of it runs, and may still be the first to end

    std::uint32_t open_inputs() const { return inputs_or_worker; }
    WorkerId worker() const { return WorkerId{inputs_or_worker}; }
    /// What it adds to its worker's expected work while it is held.
    std::uint32_t expected_ns() const { return near_or_expected_ns; }
    /// Where its input is, while it is not held.
    Place near() const { return {WorkerId{near_or_expected_ns}, unpacked_bytes(near_bytes)}; }
    void set_near(Place place) {
        near_or_expected_ns = place.worker.value;
        near_bytes = packed_bytes(place.bytes);
    }
};
static_assert(sizeof(Task) == 56);

/// True if `a` was handed out after `b`; execution numbers wrap around after four thousand million.
constexpr bool is_later(Execution a, Execution b) { return static_cast<std::int32_t>(a.value - b.value) > 0; }

/// Every task slot by number, and how many are in each state.
class TaskTable {
  public:
    bool contains(TaskId id) const { return id.value < slots_.size(); }
    std::uint32_t size() const { return slots_.size(); }
    void reach(TaskId id) { slots_.reach(id.value); }

    Task& operator[](TaskId id) { return slots_[id.value]; }
    const Task& operator[](TaskId id) const { return slots_[id.value]; }

    void set_state(Task& task, TaskState state) {
        --counts_[static_cast<std::size_t>(task.state)];
        ++counts_[static_cast<std::size_t>(state)];
        task.state = state;
    }
    /// Tasks in this state now; means nothing for vacant.
    std::uint64_t count(TaskState state) const { return counts_[static_cast<std::size_t>(state)]; }

    /// Makes reports and edges of the present execution stale.
    static void begin_execution(Task& task) {
        if (++task.execution.value == Execution::none) task.execution.value = 0;
    }
    static void begin_attempt(Task& task) {
        if (task.attempt != static_cast<std::uint16_t>(-1)) ++task.attempt;
    }

  private:
    ChunkedTable<Task> slots_;
    std::array<std::uint64_t, task_state_count> counts_{};
};

}  // namespace rankpool::scheduler
