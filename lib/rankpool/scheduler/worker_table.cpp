#include <algorithm>
#include <bit>

#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/worker_table.hpp>

namespace rankpool::scheduler {
namespace {

constexpr std::uint32_t levels_of_free_slots = 64;

std::uint64_t work_per_slot(const Worker& worker) {
    return worker.slots == 1 ? worker.expected_ns : worker.expected_ns / worker.slots;
}

/// A level for a length of time: eight steps per doubling, so that equal means equal within an eighth.
std::uint32_t eighths_of_doublings(std::uint64_t time_ns) {
    if (time_ns < 8) return static_cast<std::uint32_t>(time_ns);
    const auto shift = static_cast<std::uint32_t>(std::bit_width(time_ns)) - 4;
    return 8 * shift + static_cast<std::uint32_t>(time_ns >> shift);
}

}  // namespace

void WorkerTable::join(WorkerId id, std::uint32_t slots) {
    if (!contains(id)) workers_.resize(std::size_t{id.value} + 1);
    Worker& worker = workers_[id.value];
    worker.state = WorkerState::active;
    worker.slots = slots;
    free_slots_ += slots;
    slots_ += slots;
    ++active_;
    by_load_.file(workers_, id, load_level(worker));
}

void WorkerTable::drain(WorkerId id) {
    Worker& worker = workers_[id.value];
    if (!worker.is_reserved) free_slots_ -= worker.free_slots();
    worker.state = WorkerState::draining;
    slots_ -= worker.slots;
    --active_;
    by_load_.remove(workers_, id);
    by_surplus_.remove(workers_, id);
    if (loose_ == id) loose_ = WorkerId{};
}

void WorkerTable::lose(WorkerId id) {
    if (workers_[id.value].state == WorkerState::active) drain(id);
    workers_[id.value].state = WorkerState::lost;
}

void WorkerTable::give(TaskTable& tasks, TaskId id, WorkerId to) {
    const bool is_its_turn = loose_ != to;
    tasks[id].inputs_or_worker = to.value;
    enter(tasks, id, workers_[to.value], TaskState::assigned);
    rank(to);
    if (!is_its_turn || workers_[to.value].is_reserved) return;
    by_load_.file(workers_, to, load_level(workers_[to.value]));
    settle_loose();
}

void WorkerTable::shift(TaskTable& tasks, TaskId id, TaskState to) {
    const WorkerId at = tasks[id].worker();
    leave(tasks, id, workers_[at.value]);
    enter(tasks, id, workers_[at.value], to);
    rank(at);
    if (to == TaskState::revoking) settle_loose();  // Who was asked last is asked last again.
}

void WorkerTable::take(TaskTable& tasks, TaskId id) {
    const WorkerId from = tasks[id].worker();
    leave(tasks, id, workers_[from.value]);
    rank(from);
}

void WorkerTable::mark_cancel(Task& task) {
    RANKPOOL_EXPECT(task.state == TaskState::revoking && !task.is_cancel_pending);
    task.is_cancel_pending = true;
    --returning_;
}

void WorkerTable::occupy(WorkerId id, std::uint32_t expected_ns) {
    Worker& worker = workers_[id.value];
    ++worker.seats;
    add_load(worker, expected_ns);
    rank(id);
}

void WorkerTable::vacate(WorkerId id, std::uint32_t expected_ns) {
    Worker& worker = workers_[id.value];
    --worker.seats;
    take_load(worker, expected_ns);
    rank(id);
}

void WorkerTable::reserve(WorkerId id) {
    Worker& worker = workers_[id.value];
    RANKPOOL_EXPECT(is_ranked(worker));
    free_slots_ -= worker.free_slots();
    by_load_.remove(workers_, id);
    by_surplus_.remove(workers_, id);
    if (loose_ == id) loose_ = WorkerId{};
    worker.is_reserved = true;
}

void WorkerTable::release(WorkerId id) {
    Worker& worker = workers_[id.value];
    RANKPOOL_EXPECT(worker.is_reserved);
    worker.is_reserved = false;
    if (worker.state != WorkerState::active) return;
    free_slots_ += worker.free_slots();
    by_load_.file(workers_, id, load_level(worker));
    rank(id);
}

void WorkerTable::add_load(Worker& worker, std::uint32_t expected_ns) {
    if (worker.load < worker.slots && is_ranked(worker)) --free_slots_;
    ++worker.load;
    worker.expected_ns += expected_ns;
}

void WorkerTable::take_load(Worker& worker, std::uint32_t expected_ns) {
    --worker.load;
    worker.expected_ns -= expected_ns;
    if (worker.load < worker.slots && is_ranked(worker)) ++free_slots_;
}

void WorkerTable::enter(TaskTable& tasks, TaskId id, Worker& worker, TaskState state) {
    Task& task = tasks[id];
    tasks.set_state(task, state);
    (state == TaskState::assigned ? worker.queue : worker.taken).push_back(tasks, id);
    if (state == TaskState::assigned && task.is_movable) ++worker.movable;
    if (state == TaskState::running) ++worker.running;
    if (state == TaskState::revoking) {
        ++worker.revoking;
        if (!task.is_cancel_pending) ++returning_;
    }
    if (state == TaskState::suspended) return;
    add_load(worker, task.expected_ns());
}

void WorkerTable::leave(TaskTable& tasks, TaskId id, Worker& worker) {
    const Task& task = tasks[id];
    (task.state == TaskState::assigned ? worker.queue : worker.taken).remove(tasks, id);
    if (task.state == TaskState::assigned && task.is_movable) --worker.movable;
    if (task.state == TaskState::running) --worker.running;
    if (task.state == TaskState::revoking) {
        --worker.revoking;
        if (!task.is_cancel_pending) --returning_;
    }
    if (task.state == TaskState::suspended) return;
    take_load(worker, task.expected_ns());
}

void WorkerTable::rank(WorkerId id) {
    if (!is_ranked(workers_[id.value])) return;
    if (loose_ != id) settle_loose();
    loose_ = id;
}

void WorkerTable::settle_loose() {
    if (!loose_.is_valid()) return;
    const Worker& worker = workers_[loose_.value];
    const std::uint16_t by_load = load_level(worker);
    if (by_load != worker.load_level) by_load_.file(workers_, loose_, by_load);
    const std::uint16_t by_surplus = surplus_level(worker);
    if (by_surplus == unranked) {
        by_surplus_.remove(workers_, loose_);
    } else if (by_surplus != worker.surplus_level) {
        by_surplus_.file(workers_, loose_, by_surplus);
    }
    loose_ = WorkerId{};
}

WorkerId WorkerTable::most_surplus() {
    settle_loose();
    return by_surplus_.first(by_surplus_.highest_level());
}

WorkerId WorkerTable::least_loaded() {
    // The loose worker's outdated place does no harm here: by_load_ may only be asked without it, or find a lower
    // level.
    if (loose_.is_valid()) {
        const std::uint16_t level = load_level(workers_[loose_.value]);
        if (level < workers_[loose_.value].load_level && level <= by_load_.lowest_level()) return loose_;
        settle_loose();
    }
    return by_load_.first(by_load_.lowest_level());
}

std::uint16_t WorkerTable::load_level(const Worker& worker) {
    if (worker.load < worker.slots) {
        return static_cast<std::uint16_t>(std::min(worker.load, levels_of_free_slots - 1));
    }
    return static_cast<std::uint16_t>(
        std::min(levels_of_free_slots + eighths_of_doublings(work_per_slot(worker)), 383U));
}

std::uint16_t WorkerTable::surplus_level(const Worker& worker) {
    if (worker.movable == 0 || worker.ahead() <= worker.revoking) return unranked;
    return static_cast<std::uint16_t>(std::min(static_cast<std::uint32_t>(std::bit_width(work_per_slot(worker))), 63U));
}

}  // namespace rankpool::scheduler
