#pragma once

#include <cstdint>

#include <rankpool/scheduler/fetch.hpp>
#include <rankpool/scheduler/task_table.hpp>

namespace rankpool::scheduler {

/// Who waits for whom: for every unsettled task a ring of edges to its dependents, in the order they were submitted.
///
/// A dependent that is settled before its inputs leaves edges behind. They are dead: their execution number is not the
/// slot's any more. They are freed with their input, or by sweep() when there are too many.
class EdgePool {
  public:
    struct Edge {
        TaskId dependent;
        Execution execution;     ///< of the dependent's slot when it was submitted
        std::uint32_t next = 0;  ///< in the input's ring, or in the free list
    };

    void add(Task& input, TaskId dependent, Execution execution);

    /// Calls visit(dependent) for every live edge of the task in submission order, then frees all its edges.
    template <class Visit>
    void release(Task& input, const TaskTable& tasks, Visit visit) {
        if (input.last_edge == Task::no_edge) return;
        const std::uint32_t last = input.last_edge;
        std::uint32_t at = last;
        do {
            at = edges_[at].next;
            const Edge edge = edges_[at];
            --used_;
            if (is_live(edge, tasks)) {
                visit(edge.dependent);
            } else {
                --dead_;
            }
        } while (at != last);
        const std::uint32_t first = edges_[last].next;
        edges_[last].next = free_;
        free_ = first;
        input.last_edge = Task::no_edge;
    }

    /// Starts to bring the task's edges into the cache, for a release() soon.
    void fetch_edges(const Task& input) const {
        if (input.last_edge != Task::no_edge) fetch(&edges_[input.last_edge]);
    }

    /// Starts to bring the first dependents into the cache all at once, for a release() soon.
    void fetch_dependents(const Task& input, const TaskTable& tasks) const {
        if (input.last_edge == Task::no_edge) return;
        std::uint32_t at = input.last_edge;
        for (int i = 0; i < 8; ++i) {
            at = edges_[at].next;
            fetch(&tasks[edges_[at].dependent]);
            if (at == input.last_edge) return;
        }
    }

    /// Tells that `count` edges to a dependent died with it.
    void bury(std::uint32_t count) { dead_ += count; }
    /// Frees all dead edges if they are many compared to what a sweep costs.
    void sweep(TaskTable& tasks);

    /// Calls visit(edge, is_live) for every edge of the task.
    template <class Visit>
    void look_at(const Task& input, const TaskTable& tasks, Visit visit) const {
        if (input.last_edge == Task::no_edge) return;
        std::uint32_t at = input.last_edge;
        do {
            at = edges_[at].next;
            visit(edges_[at], is_live(edges_[at], tasks));
        } while (at != input.last_edge);
    }

    std::uint64_t used() const { return used_; }
    std::uint64_t dead() const { return dead_; }

  private:
    static bool is_live(const Edge& edge, const TaskTable& tasks) {
        const Task& dependent = tasks[edge.dependent];
        return dependent.execution == edge.execution && dependent.state == TaskState::waiting;
    }
    void sweep_one(Task& input, const TaskTable& tasks);

    ChunkedTable<Edge> edges_;
    std::uint32_t free_ = Task::no_edge;
    std::uint32_t fresh_ = 0;  ///< edges from here on were never used
    std::uint64_t used_ = 0;   ///< in rings, live and dead
    std::uint64_t dead_ = 0;
};
static_assert(sizeof(EdgePool::Edge) == 12);

}  // namespace rankpool::scheduler
