#include <scheduler/referee.hpp>
#include <stdexcept>
#include <tuple>

#include <rankpool/scheduler/task_table.hpp>

namespace rankpool::scheduler {
namespace {

void demand(bool condition, const char* rule) {
    if (!condition) throw std::logic_error(rule);
}

}  // namespace

void Referee::judge(const Event& event, Instant now, const CommandSink& commands) {
    now_ = now;
    seen_settlements_.clear();
    std::visit([this](const auto& alternative) { watch(alternative); }, event);
    for (const Command& command : commands) {
        std::visit([this](const auto& alternative) { check(alternative); }, command);
    }
    check_rest();
}

void Referee::watch(const WorkerJoined& event) {
    Worker& worker = workers_[event.worker];
    worker.slots = event.slots;
    for (const Need& need : event.resources) worker.has[need.resource] = need.amount;
}

void Referee::watch(const PoolFormed&) {
    is_formed_ = true;
    for (const auto& [id, task] : tasks_) {
        if (!task.is_held() && is_infeasible(task) && !expected_settlements_.contains(id))
            expect_settled(id, Settlement::infeasible);
    }
}

void Referee::watch(const AllocationEnds& event) {
    end_ = event.instant;
    is_over_ = false;
}

void Referee::watch(const TimePassed&) {
    if (now_ < end_ || std::exchange(is_over_, true)) return;
    for (const auto& [id, task] : tasks_) {
        if (task.state == State::assigned && !task.is_asked_back) expected_revokes_.insert(id);
    }
}

void Referee::watch(const RequestDefined& event) {
    Request& request = requests_[event.request];
    request.time = event.time;
    request.pinned = event.pinned;
    for (const auto& variant : event.variants) request.variants.emplace_back(variant.begin(), variant.end());
}

void Referee::watch(const WorkerDraining& event) {
    workers_.at(event.worker).is_draining = true;
    for (const auto& [id, task] : tasks_) {
        if (task.state == State::assigned && task.worker == event.worker && !task.is_asked_back)
            expected_revokes_.insert(id);
    }
}

void Referee::watch(const WorkerLost& event) {
    if (event.reason == LossReason::worker_died) suspect(event.worker);
    workers_.erase(event.worker);
    lost_workers_.insert(event.worker);
    for (auto& [id, task] : tasks_) {
        if (!task.is_held() || task.worker != event.worker) continue;
        task.state = State::ready;
        task.is_asked_back = false;
        ++task.attempt;
        if (task.is_cancel_pending) {
            expect_settled(id, Settlement::cancelled);
        } else if (task.losses >= limits_.losses_max) {
            expect_settled(id, Settlement::quarantined);
        }
    }
    for (const auto& [id, task] : tasks_) {
        if (task.state == State::ready && is_stranded(task) && !expected_settlements_.contains(id))
            expect_settled(id, Settlement::infeasible);
    }
}

void Referee::watch(const TaskSubmitted& event) {
    Task& task = tasks_[event.task];
    task.options = event;
    if (event.near_bytes != 0) task.near.insert(event.near);
    task.retries = event.retries;
    task.inputs = {event.inputs.begin(), event.inputs.end()};
    task.state = task.inputs.empty() ? State::ready : State::waiting;
    if ((is_formed_ && is_infeasible(task)) || (task.state == State::ready && is_stranded(task)))
        expect_settled(event.task, Settlement::infeasible);
}

void Referee::watch(const TaskStarted& event) {
    Task* task = current(event.task, event.execution);
    if (task == nullptr || task->state != State::assigned) return;
    task->state = State::running;
    expect_no_cancel(event.task);
}

void Referee::watch(const TaskSuspended& event) {
    Task* task = current(event.task, event.execution);
    if (task == nullptr) return;
    task->state = State::suspended;
    expect_no_cancel(event.task);
}

void Referee::watch(const TaskResumed& event) {
    if (Task* task = current(event.task, event.execution)) task->state = State::running;
}

void Referee::watch(const TaskFinished& event) {
    Task* task = current(event.task, event.execution);
    if (task == nullptr) return;
    task->is_asked_back = false;
    if (event.end == TaskEnd::returned) {
        for (auto& [id, other] : tasks_) {
            if (event.result_bytes != 0 && other.inputs.contains(event.task)) other.near.insert(task->worker);
        }
        expect_settled(event.task, Settlement::succeeded);
    } else if (event.end == TaskEnd::crashed) {
        ++task->attempt;
        task->state = State::ready;
        if (++task->losses >= limits_.losses_max) {
            expect_settled(event.task, Settlement::quarantined);
        } else if (task->is_cancel_pending) {
            expect_settled(event.task, Settlement::cancelled);
        }
    } else if (task->retries == 0) {
        expect_settled(event.task, Settlement::failed);
    } else if (task->is_cancel_pending) {
        expect_settled(event.task, Settlement::cancelled);
    } else {
        --task->retries;
        ++task->attempt;
        task->state = State::ready;
    }
}

void Referee::watch(const TaskReturned& event) {
    Task* task = current(event.task, event.execution);
    if (task == nullptr) return;
    task->state = State::ready;
    task->is_asked_back = false;
    if (task->is_cancel_pending) expect_settled(event.task, Settlement::cancelled);
}

void Referee::watch(const RevokeRefused& event) {
    Task* task = current(event.task, event.execution);
    if (task == nullptr || !task->is_asked_back) return;
    task->state = State::running;
    expect_no_cancel(event.task);
}

void Referee::watch(const CancelRequested& event) {
    Task& task = tasks_.at(event.task);
    switch (task.state) {
        case State::waiting:
        case State::ready:
            expect_settled(event.task, Settlement::cancelled);
            break;
        case State::assigned:
            task.is_cancel_pending = true;
            if (!task.is_asked_back) expected_revokes_.insert(event.task);
            break;
        case State::running:
        case State::suspended:
            expected_refusals_.insert(event.task);
            break;
    }
}

void Referee::check(const AssignTask& command) {
    demand(expected_settlements_.empty(), "tasks are placed after others are settled");
    Task& task = tasks_.at(command.task);
    demand(task.state == State::ready, "only ready tasks are assigned");
    for (const auto& [id, other] : tasks_) {
        const auto rank = [](const TaskSubmitted& of) {
            return std::tuple(of.priority, of.level, bucket_of_path(of.path));
        };
        const bool is_later = rank(other.options) <= rank(task.options);
        if (other.state != State::ready || is_later || may_be_late(other)) continue;
        demand(!is_plain(task) || !is_plain(other), "the plain task of highest priority and level goes first");
        demand(!fits_somewhere(other), "the task of highest priority and level among those that fit goes first");
    }
    demand(!is_late(task), "nothing starts that would not end in time");
    Execution& execution = executions_.try_emplace(command.task, Execution{0}).first->second;
    demand(command.execution > execution, "every assignment is a new execution");
    demand(command.attempt == task.attempt, "attempts are counted");

    const Worker& worker = workers_.at(command.worker);
    demand(!worker.is_draining, "a draining worker gets no task");
    const std::uint32_t own_load = load(command.worker);
    demand(own_load < worker.slots + limits_.ahead_max, "no worker holds more than its slots and Limits::ahead_max");
    if (!is_plain(task)) {
        const Request& request = requests_.at(task.options.request);
        demand(!request.pinned.is_valid() || request.pinned == command.worker, "a pinned task is run at its place");
        demand(request.variants.empty() || has(command.worker, request.variants.at(command.variant), false),
               "nothing is given out twice");
        task.variant = command.variant;
    }
    for (const auto& [id, other] : workers_) {
        demand(!is_plain(task) || task.near.contains(command.worker) || other.is_draining || load(id) >= other.slots ||
                   (own_load < worker.slots && own_load <= load(id)),
               "the emptiest worker gets the task while there are free slots");
    }
    execution = command.execution;
    task.state = State::assigned;
    task.worker = command.worker;
    task.assigned_as = assignments_++;
}

void Referee::check(const RevokeTask& command) {
    Task& task = tasks_.at(command.task);
    demand(task.state == State::assigned && task.worker == command.worker,
           "only what may not have started is asked back");
    demand(executions_.at(command.task) == command.execution, "the present execution is asked back");
    demand(!task.is_asked_back, "a task is asked back once");
    task.is_asked_back = true;
    if (expected_revokes_.erase(command.task) != 0) return;
    demand(is_plain(task), "what fits here may not fit elsewhere");
    demand(load(command.worker) > workers_.at(command.worker).slots, "a worker keeps what it can run");
    demand(returning() <= free_slots(), "one task is asked back for every free slot");
}

void Referee::check(const SettleTask& command) {
    const auto expected = expected_settlements_.find(command.task);
    demand(expected != expected_settlements_.end(), "a task is settled once, when it is time");
    demand(expected->second == command.settlement, "a task is settled as what happened to it");
    const bool is_by_input =
        command.settlement == Settlement::input_failed || command.settlement == Settlement::input_cancelled;
    demand(command.cause.is_valid() == is_by_input, "the cause is named if there is one");
    Task& task = tasks_.at(command.task);
    if (is_by_input) {
        demand(task.inputs.contains(command.cause), "the cause is an input");
        demand(seen_settlements_.contains(command.cause), "the cause was settled before");
        const Settlement cause = seen_settlements_.at(command.cause);
        demand(cause != Settlement::succeeded, "the cause did not succeed");
        demand((command.settlement == Settlement::input_failed) ==
                   (cause == Settlement::failed || cause == Settlement::infeasible ||
                    cause == Settlement::quarantined || cause == Settlement::input_failed),
               "a failure is told from a cancel");
    }
    seen_settlements_.insert(*expected);
    expected_settlements_.erase(expected);
    tasks_.erase(command.task);
    ++settled_;
    if (command.settlement != Settlement::succeeded) return;
    for (auto& [id, dependent] : tasks_) {
        if (dependent.inputs.erase(command.task) == 0 || !dependent.inputs.empty()) continue;
        dependent.state = State::ready;
        if (is_stranded(dependent)) expect_settled(id, Settlement::infeasible);
    }
}

void Referee::check(const RefuseCancel& command) {
    demand(expected_refusals_.erase(command.task) == 1, "a cancel is refused once, when the task is known to run");
}

void Referee::check(const StopTask&) {
    demand(false, "nothing is stopped where no task is speculative or over several workers");
}

void Referee::check_rest() const {
    demand(expected_settlements_.empty(), "every task that ended is settled");
    demand(expected_refusals_.empty(), "every cancel of a running task is refused");
    demand(expected_revokes_.empty(), "what is to be cancelled or leaves a draining worker is asked back");
    if (free_slots() == 0) return;
    for (const auto& [id, task] : tasks_) {
        demand(task.state != State::ready || may_be_late(task) || !fits_somewhere(task),
               "no task is ready while it fits into a free slot");
    }
}

Referee::Task* Referee::current(TaskId id, Execution execution) {
    const auto found = tasks_.find(id);
    if (found == tasks_.end() || !found->second.is_held() || executions_.at(id) != execution) return nullptr;
    return &found->second;
}

void Referee::expect_settled(TaskId id, Settlement settlement) {
    expected_settlements_[id] = settlement;
    if (settlement == Settlement::succeeded) return;
    const bool is_failure = settlement != Settlement::cancelled && settlement != Settlement::input_cancelled;
    for (const auto& [other, task] : tasks_) {
        if (!task.inputs.contains(id) || expected_settlements_.contains(other)) continue;
        expect_settled(other, is_failure ? Settlement::input_failed : Settlement::input_cancelled);
    }
}

void Referee::expect_no_cancel(TaskId id) {
    Task& task = tasks_.at(id);
    task.is_asked_back = false;
    if (std::exchange(task.is_cancel_pending, false)) expected_refusals_.insert(id);
}

void Referee::suspect(WorkerId worker) {
    std::map<std::uint64_t, Task*> queued;
    std::uint32_t running = 0;
    for (auto& [id, task] : tasks_) {
        if (task.worker != worker || !task.is_held()) continue;
        if (task.state == State::running) ++running;
        if (task.state != State::assigned) ++task.losses;
        if (task.state == State::assigned && !task.is_asked_back) queued[task.assigned_as] = &task;
    }
    const std::uint32_t slots = workers_.at(worker).slots;
    for (const auto& [order, task] : queued) {
        if (running++ < slots) ++task->losses;
    }
}

bool Referee::is_plain(const Task& task) const {
    return !task.options.request.is_valid() || requests_.at(task.options.request).is_plain();
}

bool Referee::has(WorkerId worker, const std::vector<Need>& needs, bool is_all_free) const {
    std::map<ResourceId, Amount> free = workers_.at(worker).has;
    for (const auto& [id, task] : tasks_) {
        if (is_all_free || !task.is_held() || task.worker != worker || is_plain(task)) continue;
        const Request& request = requests_.at(task.options.request);
        if (request.variants.empty()) continue;
        for (const Need& need : request.variants.at(task.variant)) free[need.resource] -= need.amount;
    }
    for (const Need& need : needs) {
        if (free[need.resource] < need.amount) return false;
    }
    return true;
}

bool Referee::fits_somewhere(const Task& task) const {
    const Request request = is_plain(task) ? Request{} : requests_.at(task.options.request);
    for (const auto& [id, worker] : workers_) {
        if (worker.is_draining || load(id) >= worker.slots) continue;
        if (request.pinned.is_valid() && request.pinned != id) continue;
        if (request.variants.empty()) return true;
        for (const auto& variant : request.variants) {
            if (has(id, variant, false)) return true;
        }
    }
    return false;
}

bool Referee::is_late(const Task& task) const {
    if (end_ == Instant::max()) return false;
    const auto request = requests_.find(task.options.request);
    return now_ >= end_ || (request != requests_.end() && request->second.time > end_ - now_);
}

bool Referee::may_be_late(const Task& task) const {
    const auto request = requests_.find(task.options.request);
    const bool is_told = request != requests_.end() && request->second.time > Duration{};
    return is_told ? is_late(task) : end_ != Instant::max();
}

bool Referee::is_stranded(const Task& task) const {
    return !is_plain(task) && lost_workers_.contains(requests_.at(task.options.request).pinned);
}

bool Referee::is_infeasible(const Task& task) const {
    if (is_plain(task)) return false;
    const Request& request = requests_.at(task.options.request);
    for (const auto& [id, worker] : workers_) {
        if (request.pinned.is_valid() ? request.pinned != id : worker.is_draining) continue;
        if (request.variants.empty()) return false;
        for (const auto& variant : request.variants) {
            if (has(id, variant, true)) return false;
        }
    }
    return true;
}

std::uint32_t Referee::load(WorkerId id) const {
    std::uint32_t load = 0;
    for (const auto& [other, task] : tasks_) {
        if (task.worker == id && (task.state == State::assigned || task.state == State::running)) ++load;
    }
    return load;
}

std::uint64_t Referee::free_slots() const {
    std::uint64_t count = 0;
    for (const auto& [id, worker] : workers_) {
        const std::uint32_t own_load = load(id);
        if (!worker.is_draining && own_load < worker.slots) count += worker.slots - own_load;
    }
    return count;
}

std::uint64_t Referee::returning() const {
    std::uint64_t count = 0;
    for (const auto& [id, task] : tasks_) {
        if (task.is_asked_back && !task.is_cancel_pending) ++count;
    }
    return count;
}

}  // namespace rankpool::scheduler
