// Copies of tasks that take unusually long where they are: what ends first decides.
#include <algorithm>

#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

void Scheduler::watch(TaskId id) {
    const Task& task = tasks_[id];
    if (!task.is_speculative || task.has_rival || is_wide(task) || task.state != TaskState::running) return;
    stragglers_.add({.due = straggler_from(task, now_), .task = id, .started = now_});
}

Instant Scheduler::straggler_from(const Task& task, Instant started) const {
    // Few tasks take longer than the safe length; one that takes twice that is probably held up by its place.
    const Duration usual = prefill_.safe_length(task.function);
    return started + (usual > Duration{} ? 2 * usual : limits_.straggler_unmeasured);
}

bool Scheduler::copy_stragglers(CommandSink& commands) {
    const std::uint64_t copies = counted_.copies;
    while (workers_.free_slots() > workers_.returning()) {
        const auto first = stragglers_.first();
        if (!first || first->due > now_) break;
        stragglers_.remove(first->task);
        const Instant due = straggler_from(tasks_[first->task], first->started);
        if (due > now_) {  // Such tasks take longer than was known when it started.
            stragglers_.add({due, first->task, first->started});
        } else if (!copy(first->task, commands)) {
            stragglers_.add({now_ + limits_.long_task, first->task, first->started});
        }
    }
    return counted_.copies != copies;
}

bool Scheduler::copy(TaskId id, CommandSink& commands) {
    Task& task = tasks_[id];
    Fit fit{workers_.least_loaded(), task.variant};
    if (requests_.has_queue(task.request)) {
        if (requests_[task.request].pinned.is_valid()) return false;
        fit = find_worker(task.request, task);
    }
    if (!fit.worker.is_valid() || fit.worker == task.worker() || workers_[fit.worker].free_slots() == 0) return false;
    if (would_end_late(task, Duration{})) return false;
    const SeatTable::Key rival{id, task.execution, 0};
    const Seat seat{.kind = Seat::Kind::rival,
                    .worker = task.worker(),
                    .request = task.request,
                    .variant = task.variant,
                    .expected_ns = task.expected_ns()};
    history_.note(id, Step::copied, seat.worker.value, task.execution);
    workers_.take(tasks_, id);
    seats_.add(rival, seat);  // It keeps its share of the stock.
    workers_.occupy(seat.worker, seat.expected_ns);
    task.set_near(Place{});
    task.has_rival = true;
    task.variant = fit.variant & 15U;
    ++counted_.copies;
    assign(id, fit.worker, commands);
    return true;
}

}  // namespace rankpool::scheduler
