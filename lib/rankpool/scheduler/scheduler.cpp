#include <variant>

#include <rankpool/core/contract.hpp>
#include <rankpool/scheduler/fetch.hpp>
#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {
namespace {

/// So many workers, of 64 bytes each, stay in a cache near by without being called for.
constexpr std::uint32_t workers_near = 4096;

}  // namespace

Scheduler::Scheduler(Limits limits)
    : limits_(limits),
      prefill_(limits),
      transfer_speed_(limits.transfer_of_mebibyte),
      history_(limits.history_records) {
    RANKPOOL_EXPECT(limits.losses_max < 16 && limits.variants_max <= 16);  // Four bits each.
    RANKPOOL_EXPECT(limits.ahead_max < 1U << 15 && limits.ahead_unmeasured < 1U << 15 && limits.slots_max <= 1U << 15);
}

void Scheduler::handle(const Event& event, Instant now, CommandSink& commands) {
    std::visit([&](const auto& alternative) { on(alternative, now, commands); }, event);
}

void Scheduler::on(const TaskSubmitted& event, Instant now, CommandSink& commands) {
    advance(now);
    if (event.task.value >= limits_.tasks_max) refuse(event.task, "its number is above Limits::tasks_max");
    if (state_of(event.task) != TaskState::vacant) refuse(event.task, "submitted although this number is in use");
    for (const TaskId input : event.inputs) {
        if (state_of(input) == TaskState::vacant) {
            refuse(input,
                   "named as an input of task " + std::to_string(event.task.value) + " although there is no such task");
        }
    }
    if (event.request.is_valid() && !requests_.contains(event.request)) {
        refuse(event.task, "submitted with request " + std::to_string(event.request.value) + ", which is not defined");
    }

    tasks_.reach(event.task);
    Task& task = tasks_[event.task];
    task.order = counted_.submitted++ & Task::order_max;
    task.priority = event.priority;
    task.level = event.level;
    task.path = bucket_of_path(event.path);
    task.function = event.function;
    task.retries = event.retries;
    task.request = event.request;
    task.set_near({event.near, event.near_bytes});
    task.attempt = 1;
    task.losses = 0;
    task.is_speculative = event.is_speculative;
    task.inputs_or_worker = static_cast<std::uint32_t>(event.inputs.size());
    history_.note(event.task, Step::submitted, task.open_inputs(), task.execution);
    if (is_formed_ && is_infeasible(event.request)) {
        settle(event.task, Settlement::infeasible, TaskId{}, commands);
        return;
    }

    for (const TaskId input : event.inputs) edges_.add(tasks_[input], event.task, task.execution);
    if (!event.inputs.empty()) {
        tasks_.set_state(task, TaskState::waiting);
        return;
    }
    make_ready(event.task);
    place_ready_tasks(commands);
}

void Scheduler::expect_report(WorkerId worker, TaskId task) {
    if (!tasks_.contains(task) || !workers_.contains(worker)) return;
    fetch_all(tasks_[task]);
    fetch(&workers_[worker]);
    const auto earlier = [&](std::uint32_t calls) { return expected_[(next_expected_ - calls) % expected_.size()]; };
    expected_[next_expected_ % expected_.size()] = {worker, task};
    // Those of three calls ago have arrived, so their neighbours are known; and after three more, who is behind these.
    if (const Expected here = earlier(3); here.task.is_valid()) {
        edges_.fetch_edges(tasks_[here.task]);
        if (workers_.size() > workers_near) fetch_neighbours(here.worker, here.task);
    }
    if (const Expected here = earlier(6); here.task.is_valid()) edges_.fetch_dependents(tasks_[here.task], tasks_);
    ++next_expected_;
}

void Scheduler::fetch_neighbours(WorkerId worker, TaskId task) const {
    const auto fetch_task = [&](TaskId id) {
        if (id.is_valid()) fetch_all(tasks_[id]);
    };
    const auto fetch_worker = [&](WorkerId id) {
        if (id.is_valid()) fetch(&workers_[id]);
    };
    const Worker& at = workers_[worker];
    fetch_task(tasks_[task].next);
    fetch_task(at.queue.last);
    for (const RankingLinks& links : {at.by_load, at.by_surplus}) {
        fetch_worker(links.previous);
        fetch_worker(links.next);
    }
}

Counters Scheduler::counters() const {
    Counters counters = counted_;
    counters.waiting = tasks_.count(TaskState::waiting);
    counters.ready = tasks_.count(TaskState::ready);
    counters.put_off = put_off_count_;
    counters.assigned = tasks_.count(TaskState::assigned);
    counters.revoking = tasks_.count(TaskState::revoking);
    counters.running = tasks_.count(TaskState::running);
    counters.suspended = tasks_.count(TaskState::suspended);
    counters.seats = seats_.count();
    counters.workers = workers_.active();
    counters.free_slots = workers_.free_slots();
    return counters;
}

void Scheduler::advance(Instant now) {
    RANKPOOL_EXPECT(now >= now_);
    now_ = now;
}

TaskState Scheduler::state_of(TaskId id) const { return tasks_.contains(id) ? tasks_[id].state : TaskState::vacant; }

void Scheduler::refuse(TaskId id, const std::string& why) const {
    throw ContractError("task " + std::to_string(id.value) + ": " + why + "; it is " + text_of(state_of(id)) + "\n" +
                        story(id));
}

}  // namespace rankpool::scheduler
