#pragma once

#include <rankpool/scheduler/task_table.hpp>

namespace rankpool::scheduler {

/// Tasks in a row, linked through their slots. A task is in at most one list.
struct TaskList {
    TaskId first;
    TaskId last;

    bool is_empty() const { return !first.is_valid(); }

    void push_back(TaskTable& tasks, TaskId id) { insert_before(tasks, TaskId{}, id); }

    /// Puts `id` before `place`; at the end if `place` names nothing.
    void insert_before(TaskTable& tasks, TaskId place, TaskId id) {
        Task& task = tasks[id];
        task.next = place;
        task.previous = place.is_valid() ? tasks[place].previous : last;
        (task.previous.is_valid() ? tasks[task.previous].next : first) = id;
        (place.is_valid() ? tasks[place].previous : last) = id;
    }

    void remove(TaskTable& tasks, TaskId id) {
        const Task& task = tasks[id];
        (task.previous.is_valid() ? tasks[task.previous].next : first) = task.next;
        (task.next.is_valid() ? tasks[task.next].previous : last) = task.previous;
    }
};

}  // namespace rankpool::scheduler
