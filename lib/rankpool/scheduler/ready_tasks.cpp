// Ready tasks into and out of their queues, and what held tasks take from the stock of their workers.
#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

void Scheduler::make_ready(TaskId id) {
    Task& task = tasks_[id];
    tasks_.set_state(task, TaskState::ready);
    if (requests_.has_queue(task.request)) {
        requests_.push(tasks_, id);
    } else {
        ready_.push(tasks_, id);
    }
}

void Scheduler::make_ready_again(TaskId id) {
    Task& task = tasks_[id];
    tasks_.set_state(task, TaskState::ready);
    if (requests_.has_queue(task.request)) {
        requests_.put_back(tasks_, id);
    } else {
        ready_.put_back(tasks_, id);
    }
}

void Scheduler::take_from_ready(TaskId id) {
    if (tasks_[id].is_put_off) {
        tasks_[id].is_put_off = false;
        put_off_.remove(tasks_, id);
        --put_off_count_;
    } else if (requests_.has_queue(tasks_[id].request)) {
        requests_.remove(tasks_, id);
    } else {
        ready_.remove(tasks_, id);
    }
}

void Scheduler::take_from_worker(TaskId id) {
    const Task& task = tasks_[id];
    const WorkerId worker = task.worker();
    workers_.take(tasks_, id);
    if (requests_.has_queue(task.request)) stock_.put_back(worker, requests_[task.request].variant(task.variant));
    tasks_[id].set_near(Place{});
    if (task.is_speculative) stragglers_.remove(id);
    offer(worker);
}

void Scheduler::offer(WorkerId worker) {
    if (requests_.size() != 0) requests_.add_news(worker);
}

}  // namespace rankpool::scheduler
