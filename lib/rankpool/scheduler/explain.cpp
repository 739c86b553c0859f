#include <rankpool/scheduler/scheduler.hpp>
#include <rankpool/scheduler/worker_groups.hpp>

namespace rankpool::scheduler {
namespace {

constexpr int inputs_named_max = 8;

}  // namespace

std::string Scheduler::explain(TaskId id) const {
    const std::string name = "task " + std::to_string(id.value);
    switch (state_of(id)) {
        case TaskState::vacant:
            return name + " is settled or was never submitted";
        case TaskState::waiting:
            return name + ' ' + explain_waiting(id);
        case TaskState::ready:
            return name + ' ' + explain_ready(id);
        default:
            return name + ' ' + explain_held(id);
    }
}

std::string Scheduler::explain_waiting(TaskId id) const {
    std::string inputs;
    int named = 0;
    for (TaskId input{0}; input.value < tasks_.size() && named <= inputs_named_max; ++input.value) {
        bool is_input = false;
        edges_.look_at(tasks_[input], tasks_, [&](const EdgePool::Edge& edge, bool is_live) {
            is_input = is_input || (is_live && edge.dependent == id);
        });
        if (!is_input) continue;
        inputs += ++named > inputs_named_max ? ", ..."
                                             : (named > 1 ? ", " : "") + std::to_string(input.value) + " (" +
                                                   text_of(tasks_[input].state) + ")";
    }
    return "waits for " + std::to_string(tasks_[id].open_inputs()) + " inputs: " + inputs;
}

std::string Scheduler::explain_ready(TaskId id) const {
    if (tasks_[id].is_put_off) return explain_put_off(id);
    if (tasks_[id].has_rival) return "is ready to be copied again" + explain_rival(id);
    if (is_wide(tasks_[id])) return explain_wide(id);
    if (requests_.has_queue(tasks_[id].request)) return explain_requested(id);
    if (workers_.active() == 0) return "is ready, but no worker takes tasks";
    std::uint64_t earlier = 0;
    bool is_found = false;
    ready_.look_at(tasks_, [&](TaskId other) {
        is_found = is_found || other == id;
        if (!is_found) ++earlier;
    });
    return "is ready, and " + std::to_string(earlier) + " tasks go first; " + explain_workers(tasks_[id]);
}

std::string Scheduler::explain_workers(const Task& task) const {
    WorkerGroups groups;
    for (WorkerId id{0}; id.value < workers_.size(); ++id.value) {
        const Worker& worker = workers_[id];
        if (worker.state == WorkerState::draining) groups.add(id, "takes no more tasks");
        if (worker.state != WorkerState::active) continue;
        if (worker.is_reserved) {
            groups.add(id, "kept for task " + std::to_string(reservation_.task.value) + ", which needs " +
                               std::to_string(reservation_.workers.size()) + " workers together");
        } else if (worker.free_slots() != 0) {
            groups.add(id, "has a free slot");
        } else if (prefill_.has_room(worker, task.function, market(task)) && would_end_late(task, wait_at(id))) {
            const auto wait = std::chrono::duration_cast<std::chrono::microseconds>(wait_at(id)).count();
            groups.add(id, "after a wait of % us there it would not end in time", static_cast<std::uint64_t>(wait));
        } else {
            const Prefill::Words words = prefill_.words_of_room(worker, task.function, market(task));
            groups.add(id, words.text, words.number);
        }
    }
    return groups.text();
}

std::string Scheduler::explain_held(TaskId id) const {
    const Task& task = tasks_[id];
    const std::string worker = "worker " + std::to_string(task.worker().value);
    switch (task.state) {
        case TaskState::running:
            return "runs on " + worker + (is_wide(task) ? explain_members(id) : explain_rival(id));
        case TaskState::suspended:
            return "is suspended on " + worker + ": it waits for another task";
        case TaskState::revoking:
            return "was sent to " + worker + " and is asked back" + explain_rival(id);
        default:
            break;
    }
    std::uint64_t earlier = 0;
    for (TaskId other = task.previous; other.is_valid(); other = tasks_[other].previous) ++earlier;
    return "was sent to " + worker + ", which got " + std::to_string(earlier) + " tasks before it and has " +
           std::to_string(workers_[task.worker()].slots) + " slots" + explain_rival(id);
}

std::string Scheduler::explain_rival(TaskId id) const {
    if (!tasks_[id].has_rival) return {};
    std::string text;
    seats_.visit_task(id, [&](const SeatTable::Key&, const Seat& seat) {
        if (seat.kind == Seat::Kind::rival)
            text = "; an earlier execution of it runs on worker " + std::to_string(seat.worker.value) +
                   ", and what ends first decides";
    });
    return text;
}

std::string Scheduler::explain_members(TaskId id) const {
    std::string text = ", its leader";
    seats_.visit_task(id, [&](const SeatTable::Key&, const Seat& seat) {
        if (seat.kind == Seat::Kind::member) text += ", and on worker " + std::to_string(seat.worker.value);
    });
    return text;
}

std::string Scheduler::explain_wide(TaskId id) const {
    const Request& request = requests_[tasks_[id].request];
    const std::string text = "is ready for " + std::to_string(request.ranks) + " workers together, of " +
                             std::to_string(request.able) + " that have what it needs";
    if (request.able < request.ranks) return text + ": too few";
    if (reservation_.task != id) return text + "; others that wait for several workers go first";
    std::uint32_t with_seat = 0;
    std::string busy;
    for (const WorkerId worker : reservation_.workers) {
        if (has_seat(request, reservation_.variant, worker)) {
            ++with_seat;
        } else {
            busy += "; worker " + std::to_string(worker.value) + " holds " + std::to_string(workers_[worker].load) +
                    " tasks on " + std::to_string(workers_[worker].slots) + " slots";
        }
    }
    const Duration left = reservation_.due > now_ ? reservation_.due - now_ : Duration{};
    return text + "; " + std::to_string(reservation_.workers.size()) + " workers are kept for it, of which " +
           std::to_string(with_seat) + " have a slot for it, and the last is expected to have one in " +
           std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(left).count()) + " us" + busy;
}

}  // namespace rankpool::scheduler
