#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/worker_table.hpp>

namespace rankpool::scheduler {
namespace {

/// What a worker's lists say about it.
struct Found {
    std::uint64_t expected_ns = 0;
    std::uint32_t load = 0;
    std::uint32_t revoking = 0;
    std::uint32_t returning = 0;
    std::uint32_t movable = 0;
    std::uint32_t running = 0;
};

void count_task(const Task& task, WorkerId holder, Found& found) {
    RANKPOOL_ENSURE(is_held(task.state) && task.worker() == holder);
    if (task.state == TaskState::revoking) ++found.revoking;
    if (task.state == TaskState::revoking && !task.is_cancel_pending) ++found.returning;
    if (task.state == TaskState::assigned && task.is_movable) ++found.movable;
    if (task.state == TaskState::running) ++found.running;
    if (task.state == TaskState::suspended) return;
    ++found.load;
    found.expected_ns += task.expected_ns();
}

Found count_tasks(const TaskTable& tasks, WorkerId holder, const Worker& worker) {
    Found found;
    for (const TaskList* list : {&worker.queue, &worker.taken}) {
        TaskId previous;
        for (TaskId id = list->first; id.is_valid(); id = tasks[id].next) {
            RANKPOOL_ENSURE(tasks[id].previous == previous);
            // Rule: assigned tasks are in the worker's queue, other held ones are not.
            RANKPOOL_ENSURE((tasks[id].state == TaskState::assigned) == (list == &worker.queue));
            count_task(tasks[id], holder, found);
            previous = id;
        }
        RANKPOOL_ENSURE(list->last == previous);
    }
    return found;
}

}  // namespace

void WorkerTable::check_invariants(const TaskTable& tasks) const {
    std::uint64_t free_slots = 0, slots = 0, returning = 0;
    std::uint32_t active = 0;
    for (WorkerId id{0}; id.value < size(); ++id.value) {
        const Worker& worker = (*this)[id];
        const Found found = count_tasks(tasks, id, worker);
        // What seats add is checked with the seats.
        RANKPOOL_ENSURE(found.load + worker.seats == worker.load && found.expected_ns <= worker.expected_ns);
        RANKPOOL_ENSURE(worker.seats != 0 || found.expected_ns == worker.expected_ns);
        RANKPOOL_ENSURE(found.revoking == worker.revoking && found.movable == worker.movable);
        RANKPOOL_ENSURE(found.running == worker.running);
        returning += found.returning;
        if (worker.state == WorkerState::active) {
            slots += worker.slots;
            ++active;
        }
        if (is_ranked(worker)) {
            // Rule: active workers are ranked by what they hold; the loose one will be when next asked for, and
            // who was passed over when its holdings change.
            RANKPOOL_ENSURE(loose_ == id || worker.load_level == load_level(worker));
            RANKPOOL_ENSURE(loose_ == id || worker.surplus_level == surplus_level(worker) ||
                            worker.surplus_level == unranked);
            RANKPOOL_ENSURE(worker.load_level != unranked);
            free_slots += worker.free_slots();
        } else {
            // Rule: other workers are not ranked, get nothing, and a draining one has nothing queued.
            RANKPOOL_ENSURE(worker.load_level == unranked && worker.surplus_level == unranked);
            RANKPOOL_ENSURE(worker.is_reserved || worker.queue.is_empty());
            RANKPOOL_ENSURE(worker.is_reserved || worker.state == WorkerState::draining ||
                            (worker.taken.is_empty() && worker.seats == 0));
            RANKPOOL_ENSURE(loose_ != id);
        }
    }
    RANKPOOL_ENSURE(free_slots == free_slots_ && returning == returning_ && slots == slots_ && active == active_);
}

bool WorkerTable::has_surplus() const {
    for (const Worker& worker : workers_) {
        if (worker.surplus_level != unranked) return true;
    }
    return false;
}

}  // namespace rankpool::scheduler
