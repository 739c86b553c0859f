#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

void Scheduler::place_ready_tasks(CommandSink& commands) {
    if (requests_.has_open()) settle_stranded(commands);
    if (is_reservation_stale()) drop_reservation();
    bool is_plain_blocked = false, is_wide_blocked = !requests_.has_wide();
    for (;;) {
        const Choice choice = choose_requested();
        const RequestId wide = is_wide_blocked ? RequestId{} : requests_.first_wide(tasks_);
        const bool has_plain = !is_plain_blocked && !ready_.is_empty();
        if (!has_plain && !choice.request.is_valid() && !wide.is_valid()) break;
        if (wide.is_valid()) {
            const Rank rank = requests_.rank_of(wide, tasks_);
            const bool is_first =
                (!has_plain || rank.goes_before(Rank(tasks_[ready_.front()]))) &&
                (!choice.request.is_valid() || rank.goes_before(requests_.rank_of(choice.request, tasks_)));
            if (is_first) {
                is_wide_blocked = !place_wide(wide, commands);
                continue;
            }
        }
        if (has_plain && (!choice.request.is_valid() ||
                          Rank(tasks_[ready_.front()]).goes_before(requests_.rank_of(choice.request, tasks_)))) {
            is_plain_blocked = !place_plain(commands);
        } else {
            place_requested(choice, commands);
        }
    }
    if (!ready_.is_empty()) return;
    take_back_for_idle_workers(commands);
    // Who held a straggler has changed, and may give something back now.
    if (copy_stragglers(commands)) take_back_for_idle_workers(commands);
}

bool Scheduler::place_plain(CommandSink& commands) {
    const TaskId id = ready_.front();
    if (would_end_late(tasks_[id], Duration{})) {
        put_off(id);
        return true;
    }
    const WorkerId emptiest = workers_.least_loaded();
    if (!emptiest.is_valid() || workers_[emptiest].free_slots() == 0) {
        const WorkerId reserved = backfill(tasks_[id]);
        if (reserved.is_valid()) {
            ready_.remove(tasks_, id);
            assign(id, reserved, commands);
            return true;
        }
    }
    if (!emptiest.is_valid() || !prefill_.has_room(workers_[emptiest], tasks_[id].function, market(tasks_[id])))
        return false;
    if (would_end_late(tasks_[id], wait_at(emptiest))) return false;
    const WorkerId near = better_near(tasks_[id], emptiest);
    ready_.remove(tasks_, id);
    assign(id, near.is_valid() ? near : emptiest, commands);
    return true;
}

WorkerId Scheduler::better_near(const Task& task, WorkerId elsewhere) const {
    const Place place = task.near();
    if (place.bytes == 0 || place.worker == elsewhere || !workers_.contains(place.worker)) return WorkerId{};
    const Worker& worker = workers_[place.worker];
    if (worker.state != WorkerState::active || worker.is_reserved || worker.ahead() >= limits_.ahead_max)
        return WorkerId{};
    const Duration wait = wait_at(place.worker);
    if (!is_better_near(wait, wait_at(elsewhere), transfer_speed_.time_for(place.bytes))) return WorkerId{};
    return would_end_late(task, wait) ? WorkerId{} : place.worker;
}

void Scheduler::assign(TaskId id, WorkerId worker, CommandSink& commands) {
    Task& task = tasks_[id];
    TaskTable::begin_execution(task);
    // What has a request was sent where it fits: elsewhere it may not. Nor is data left behind that takes longer to
    // move than asking for the task.
    const bool is_requested = requests_.has_queue(task.request);
    const bool has_data_there = task.near_bytes != 0 && task.near().worker == worker &&
                                transfer_speed_.time_for(task.near().bytes) >= limits_.short_task;
    task.near_or_expected_ns = prefill_.expected_ns(task.function);
    task.is_movable = !is_requested && !has_data_there;
    if (is_requested) stock_.take(worker, requests_[task.request].variant(task.variant));
    edges_.fetch_edges(task);
    workers_.give(tasks_, id, worker);
    ++counted_.executions;
    history_.note(id, Step::assigned, worker.value, task.execution);
    const std::uint32_t members = is_requested ? requests_[task.request].ranks : 1;
    commands.emplace_back(AssignTask{id, worker, task.execution, task.attempt, task.variant, 0, members});
}

void Scheduler::on(const DataMoved& event, Instant now, CommandSink&) {
    advance(now);
    transfer_speed_.learn(event.bytes, event.took);
}

void Scheduler::take_back_for_idle_workers(CommandSink& commands) {
    // One task for every free slot, those on their way included.
    while (workers_.free_slots() > workers_.returning()) {
        const WorkerId from = workers_.most_surplus();
        if (!from.is_valid()) return;
        // The newest: the worker is farthest from starting it. One can be moved, or the worker would have no surplus.
        TaskId id = workers_[from].queue.last;
        while (!tasks_[id].is_movable) id = tasks_[id].previous;
        if (would_end_late(tasks_[id], Duration{})) return;
        if (prefill_.is_worth_moving(workers_[from], tasks_[id].function)) {
            revoke(id, Step::asked_back, commands);
        } else {
            workers_.pass_over(from);
        }
    }
}

void Scheduler::revoke(TaskId id, Step reason, CommandSink& commands) {
    const Task& task = tasks_[id];
    workers_.shift(tasks_, id, TaskState::revoking);
    ++counted_.revokes;
    history_.note(id, reason, task.worker().value, task.execution);
    commands.emplace_back(RevokeTask{id, task.worker(), task.execution});
}

}  // namespace rankpool::scheduler
