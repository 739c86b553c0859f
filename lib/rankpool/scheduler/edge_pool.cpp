#include <algorithm>

#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/edge_pool.hpp>

namespace rankpool::scheduler {

void EdgePool::add(Task& input, TaskId dependent, Execution execution) {
    std::uint32_t edge = free_;
    if (edge != Task::no_edge) {
        free_ = edges_[edge].next;
    } else {
        edge = fresh_++;
        RANKPOOL_ASSERT(edge != Task::no_edge);
        edges_.reach(edge);
    }
    ++used_;
    edges_[edge] = {dependent, execution, edge};
    if (input.last_edge != Task::no_edge) {
        edges_[edge].next = edges_[input.last_edge].next;
        edges_[input.last_edge].next = edge;
    }
    input.last_edge = edge;
}

void EdgePool::sweep(TaskTable& tasks) {
    // A sweep looks at all slots and edges, so it waits until the dead pay for it.
    if (dead_ < 1024 + std::max<std::uint64_t>(used_ / 2, tasks.size() / 8)) return;
    for (TaskId id{0}; id.value < tasks.size(); ++id.value) sweep_one(tasks[id], tasks);
}

void EdgePool::sweep_one(Task& input, const TaskTable& tasks) {
    if (input.last_edge == Task::no_edge) return;
    const std::uint32_t last = input.last_edge;
    std::uint32_t at = edges_[last].next;
    input.last_edge = Task::no_edge;
    for (bool is_done = false; !is_done;) {
        const std::uint32_t edge = at;
        is_done = edge == last;
        at = edges_[edge].next;
        if (!is_live(edges_[edge], tasks)) {
            edges_[edge].next = free_;
            free_ = edge;
            --used_;
            --dead_;
        } else if (input.last_edge == Task::no_edge) {
            edges_[edge].next = edge;
            input.last_edge = edge;
        } else {
            edges_[edge].next = edges_[input.last_edge].next;
            edges_[input.last_edge].next = edge;
            input.last_edge = edge;
        }
    }
}

}  // namespace rankpool::scheduler
