#pragma once

#include <cstdint>
#include <vector>

#include <rankpool/scheduler/ranking.hpp>
#include <rankpool/scheduler/worker.hpp>

namespace rankpool::scheduler {

/// Every worker by number, the tasks it holds, and who should get the next one.
class WorkerTable {
  public:
    bool contains(WorkerId id) const { return id.value < workers_.size(); }
    std::uint32_t size() const { return static_cast<std::uint32_t>(workers_.size()); }
    const Worker& operator[](WorkerId id) const { return workers_[id.value]; }

    void join(WorkerId id, std::uint32_t slots);
    void drain(WorkerId id);
    /// The worker holds nothing any more.
    void lose(WorkerId id);

    /// Gives a task to the worker: ready -> assigned. The caller has set its length and is_movable.
    void give(TaskTable& tasks, TaskId id, WorkerId to);
    /// Moves a held task to another held state.
    void shift(TaskTable& tasks, TaskId id, TaskState to);
    /// Takes a held task from its worker. Its state stays for the caller to change.
    void take(TaskTable& tasks, TaskId id);
    /// A task that is asked back, to be run elsewhere, is from now on asked back to be cancelled.
    void mark_cancel(Task& task);

    /// A slot is taken, or free again, that no task of the worker's lists accounts for.
    void occupy(WorkerId id, std::uint32_t expected_ns);
    void vacate(WorkerId id, std::uint32_t expected_ns);

    /// Keeps an active worker out of the rankings, and its free slots out of the count.
    void reserve(WorkerId id);
    void release(WorkerId id);

    /// The active worker to give a task to: fewest tasks while slots are free, then least expected work per slot; equal
    /// ones take turns. None if there are no active workers.
    WorkerId least_loaded();
    /// The active worker with most expected work per slot among those with a task ahead of its slots that another could
    /// run, but for those passed over.
    WorkerId most_surplus();
    /// The worker is not named by most_surplus() until what it holds changes.
    void pass_over(WorkerId id) { by_surplus_.remove(workers_, id); }

    /// Smaller for workers that should get the next task.
    static std::uint16_t load_level(const Worker& worker);

    /// Slots of active workers for which there is no task.
    std::uint64_t free_slots() const { return free_slots_; }
    /// All slots of active workers.
    std::uint64_t slots() const { return slots_; }
    /// Tasks asked back to be run elsewhere.
    std::uint64_t returning() const { return returning_; }
    std::uint32_t active() const { return active_; }
    /// True if most_surplus() would name a worker; looks at all workers.
    bool has_surplus() const;

    void check_invariants(const TaskTable& tasks) const;

  private:
    static bool is_ranked(const Worker& worker) { return worker.state == WorkerState::active && !worker.is_reserved; }
    void add_load(Worker& worker, std::uint32_t expected_ns);
    void take_load(Worker& worker, std::uint32_t expected_ns);
    void enter(TaskTable& tasks, TaskId id, Worker& worker, TaskState state);
    void leave(TaskTable& tasks, TaskId id, Worker& worker);
    void rank(WorkerId id);
    void settle_loose();

    static std::uint16_t surplus_level(const Worker& worker);

    std::vector<Worker> workers_;
    Ranking<&Worker::by_load, &Worker::load_level, 384> by_load_;          ///< active workers
    Ranking<&Worker::by_surplus, &Worker::surplus_level, 64> by_surplus_;  ///< those to take tasks from
    /// The worker whose load changed last. Its places in the rankings are out of date: mostly it gets a new task at
    /// once, and then the old places are right again.
    WorkerId loose_;
    std::uint64_t free_slots_ = 0;
    std::uint64_t slots_ = 0;
    std::uint64_t returning_ = 0;
    std::uint32_t active_ = 0;
};

}  // namespace rankpool::scheduler
