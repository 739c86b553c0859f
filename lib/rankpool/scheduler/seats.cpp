// Slots taken by something else than a task's own execution: members of wide tasks, rivals, and what is being stopped.
#include <vector>

#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

void Scheduler::take_seat(const SeatTable::Key& key, const Seat& seat) {
    seats_.add(key, seat);
    if (!seat.is_suspended) workers_.occupy(seat.worker, seat.expected_ns);
    if (requests_.has_queue(seat.request)) stock_.take(seat.worker, requests_[seat.request].variant(seat.variant));
}

Seat Scheduler::leave_seat(const SeatTable::Key& key) {
    const Seat seat = seats_.remove(key);
    if (!seat.is_suspended) workers_.vacate(seat.worker, seat.expected_ns);
    if (requests_.has_queue(seat.request)) stock_.put_back(seat.worker, requests_[seat.request].variant(seat.variant));
    offer(seat.worker);
    return seat;
}

bool Scheduler::suspend_seat(const SeatTable::Key& key, bool is_suspended) {
    const Seat* const seat = seats_.find(key);
    if (seat == nullptr) return false;
    if (seat->is_suspended == is_suspended) return true;
    seats_.set_suspended(key, is_suspended);
    if (is_suspended) {
        workers_.vacate(seat->worker, seat->expected_ns);
        offer(seat->worker);
    } else {
        workers_.occupy(seat->worker, seat->expected_ns);
    }
    return true;
}

bool Scheduler::on_seat(const TaskFinished& event, CommandSink& commands) {
    const SeatTable::Key key{event.task, event.execution, event.member};
    if (seats_.find(key) == nullptr) return false;
    const Seat seat = leave_seat(key);
    Task& task = tasks_[event.task];
    switch (seat.kind) {
        case Seat::Kind::ending:
            break;
        case Seat::Kind::member:
            if (event.end == TaskEnd::returned) break;
            end_attempt_of(event.task, seat.worker, commands);
            end_badly(event.task, event.end, false, commands);
            break;
        case Seat::Kind::rival:
            task.has_rival = false;
            if (task.state == TaskState::ready) {
                take_from_ready(event.task);
            } else {
                retire(event.task, commands);
            }
            if (event.end == TaskEnd::returned) {
                prefill_.learn(task.function, event.busy);
                succeed(event.task, {seat.worker, event.result_bytes}, commands);
            } else {
                end_badly(event.task, event.end, false, commands);
            }
            break;
    }
    return true;
}

void Scheduler::lose_seats(WorkerId worker, LossReason reason, CommandSink& commands) {
    for (SeatTable::Key key; seats_.find_at(worker, key);) {
        const Seat seat = leave_seat(key);
        Task& task = tasks_[key.task];
        if (seat.kind == Seat::Kind::rival) task.has_rival = false;
        if (seat.kind != Seat::Kind::member) continue;
        if (reason == LossReason::worker_died) ++task.losses;
        end_attempt_of(key.task, worker, commands);
        end_by_loss(key.task, reason, commands);
    }
}

void Scheduler::retire(TaskId id, CommandSink& commands) {
    const Task& task = tasks_[id];
    const SeatTable::Key key{id, task.execution, 0};
    const Seat seat{.worker = task.worker(),
                    .request = task.request,
                    .variant = task.variant,
                    .expected_ns = task.expected_ns(),
                    .is_suspended = task.state == TaskState::suspended};
    take_from_worker(id);
    take_seat(key, seat);
    stop(key, commands);
}

void Scheduler::stop_rival(TaskId id, CommandSink& commands) {
    tasks_[id].has_rival = false;
    SeatTable::Key rival;
    seats_.visit_task(id, [&](const SeatTable::Key& key, const Seat& seat) {
        if (seat.kind == Seat::Kind::rival) rival = key;
    });
    stop(rival, commands);
}

void Scheduler::stop(const SeatTable::Key& key, CommandSink& commands) {
    const WorkerId worker = seats_.find(key)->worker;
    seats_.set_kind(key, Seat::Kind::ending);
    history_.note(key.task, Step::stopped, worker.value, key.execution);
    commands.emplace_back(StopTask{key.task, worker, key.execution, key.member});
}

void Scheduler::check_seats() const {
    struct Sum {
        std::uint32_t seats = 0;
        std::uint64_t expected_ns = 0;
    };
    std::vector<Sum> sums(workers_.size());
    std::uint64_t rivals = 0;
    seats_.visit_all([&](const SeatTable::Key& key, const Seat& seat) {
        if (!seat.is_suspended) {
            ++sums[seat.worker.value].seats;
            sums[seat.worker.value].expected_ns += seat.expected_ns;
        }
        const Task& task = tasks_[key.task];
        // Rule: a member's task runs, as this execution; a rival's task is not settled, and has a later execution.
        if (seat.kind == Seat::Kind::member) {
            RANKPOOL_ENSURE(is_wide(task) && task.execution == key.execution && key.member != 0);
            RANKPOOL_ENSURE(task.state == TaskState::running || task.state == TaskState::suspended);
        }
        if (seat.kind == Seat::Kind::rival) {
            RANKPOOL_ENSURE(task.has_rival && is_later(task.execution, key.execution));
            RANKPOOL_ENSURE(task.state == TaskState::ready || is_held(task.state));
            ++rivals;
        }
    });
    // Rule: seats are counted where they are, and every rival is known to its task.
    for (WorkerId id{0}; id.value < workers_.size(); ++id.value) {
        std::uint64_t expected_ns = sums[id.value].expected_ns;
        for (const TaskList* list : {&workers_[id].queue, &workers_[id].taken}) {
            for (TaskId task = list->first; task.is_valid(); task = tasks_[task].next) {
                if (tasks_[task].state != TaskState::suspended) expected_ns += tasks_[task].expected_ns();
            }
        }
        RANKPOOL_ENSURE(sums[id.value].seats == workers_[id].seats && expected_ns == workers_[id].expected_ns);
        // Rule: reserved workers are those of the reservation.
        RANKPOOL_ENSURE(workers_[id].is_reserved == (reservation_.is_active() && reservation_.has(id)));
    }
    for (TaskId id{0}; id.value < tasks_.size(); ++id.value) {
        if (tasks_[id].has_rival) --rivals;
        RANKPOOL_ENSURE(!tasks_[id].has_rival || tasks_[id].state != TaskState::vacant);
    }
    RANKPOOL_ENSURE(rivals == 0);
    stragglers_.visit([&](const StragglerList::Entry& entry) {
        // Rule: what is watched runs, and has no copy.
        const Task& task = tasks_[entry.task];
        RANKPOOL_ENSURE(task.state == TaskState::running && task.is_speculative && !task.has_rival);
    });
    // Rule: a reservation is for a ready task.
    RANKPOOL_ENSURE(!reservation_.is_active() || tasks_[reservation_.task].state == TaskState::ready);
}

}  // namespace rankpool::scheduler
