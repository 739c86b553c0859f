// The time the pool has: nothing is started that would not end before it is over.
#include <algorithm>

#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

void Scheduler::on(const AllocationEnds& event, Instant now, CommandSink& commands) {
    advance(now);
    end_ = event.instant;
    is_over_ = false;
    reconsider_put_off([](const Task&) { return true; });
    place_ready_tasks(commands);
}

void Scheduler::on(const TimePassed&, Instant now, CommandSink& commands) {
    advance(now);
    if (now_ >= end_ && !is_over_) {
        is_over_ = true;
        for (WorkerId worker{0}; worker.value < workers_.size(); ++worker.value) {
            if (workers_[worker].state != WorkerState::active) continue;
            while (!workers_[worker].queue.is_empty()) {
                revoke(workers_[worker].queue.last, Step::out_of_time, commands);
            }
        }
    }
    place_ready_tasks(commands);
}

std::optional<Instant> Scheduler::next_deadline() const {
    Instant next = is_over_ ? Instant::max() : end_;
    const auto straggler = stragglers_.first();
    if (straggler && ready_.is_empty() && workers_.free_slots() > workers_.returning())
        next = std::min(next, straggler->due);
    if (reservation_.is_active() && reservation_.due > now_) next = std::min(next, reservation_.due);
    return next != Instant::max() ? std::optional(next) : std::nullopt;
}

Duration Scheduler::time_needed(const Task& task) const {
    const Duration requested = requests_.contains(task.request) ? requests_[task.request].time : Duration{};
    return requested > Duration{} ? requested : prefill_.safe_length(task.function);
}

bool Scheduler::would_end_late(const Task& task, Duration wait) const {
    if (end_ == Instant::max()) return false;
    if (now_ >= end_) return true;
    const Duration left = end_ - now_;
    return wait > left || time_needed(task) > left - wait;
}

Duration Scheduler::wait_at(WorkerId id) const {
    const Worker& worker = workers_[id];
    if (worker.load < worker.slots) return Duration{};
    return std::chrono::nanoseconds(worker.expected_ns / worker.slots);
}

void Scheduler::put_off(TaskId id) {
    take_from_ready(id);
    tasks_[id].is_put_off = true;
    put_off_.push_back(tasks_, id);
    ++put_off_count_;
    history_.note(id, Step::put_off, TaskId::none, tasks_[id].execution);
}

std::string Scheduler::explain_put_off(TaskId id) const {
    if (now_ >= end_) return "is ready, but the time of the pool is over";
    const auto in_us = [](Duration duration) {
        return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
    };
    return "is ready, but would not end in time: it takes some " + in_us(time_needed(tasks_[id])) + " us, and " +
           in_us(end_ - now_) + " us are left";
}

}  // namespace rankpool::scheduler
