// Tasks over several workers: all of them start together, and a bad end of one ends the attempt on all.
#include <algorithm>
#include <map>
#include <vector>

#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

bool Scheduler::has_seat(const Request& request, std::uint8_t variant, WorkerId id) const {
    const Worker& worker = workers_[id];
    return worker.state == WorkerState::active && worker.load < worker.slots &&
           stock_.has(id, request.variant(variant));
}

std::vector<WorkerId> Scheduler::on_few_nodes(const std::vector<WorkerId>& candidates, std::size_t count) const {
    std::map<std::uint64_t, std::vector<WorkerId>> by_node;
    for (const WorkerId id : candidates) {
        const NodeId node = id.value < nodes_.size() ? nodes_[id.value] : NodeId{};
        const std::uint64_t own_node = std::uint64_t{1} << 32 | id.value;
        by_node[node.is_valid() ? node.value : own_node].push_back(id);
    }
    std::vector<std::vector<WorkerId>> groups;
    groups.reserve(by_node.size());
    for (auto& [node, workers] : by_node) groups.push_back(std::move(workers));
    std::stable_sort(groups.begin(), groups.end(),
                     [](const auto& a, const auto& b) { return a.size() > b.size(); });  // Fullest first.
    std::vector<WorkerId> chosen;
    for (std::size_t i = 0; chosen.size() < count; ++i) {
        const std::size_t missing = count - chosen.size();
        // The smallest that has all the rest, so that larger ones stay whole.
        while (i + 1 < groups.size() && groups[i + 1].size() >= missing) ++i;
        const std::size_t taken = std::min(missing, groups[i].size());
        chosen.insert(chosen.end(), groups[i].begin(), groups[i].begin() + static_cast<std::ptrdiff_t>(taken));
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

bool Scheduler::place_wide(RequestId of, CommandSink& commands) {
    const Request& request = requests_[of];
    const TaskId id = request.ready.front();
    const bool is_late = would_end_late(tasks_[id], Duration{});
    if (reservation_.is_active() && (is_late || reservation_.task != id)) drop_reservation();
    if (is_late) {
        put_off(id);
        return true;
    }
    if (reservation_.is_active()) {
        if (now_ >= reservation_.due) replace_overdue();
        const std::vector<WorkerId> members = reservation_.workers;
        const std::uint8_t variant = reservation_.variant;
        const bool is_complete = std::all_of(members.begin(), members.end(),
                                             [&](WorkerId member) { return has_seat(request, variant, member); });
        if (!is_complete) return false;
        drop_reservation();
        start_wide(id, variant, members, commands);
        return true;
    }
    for (std::uint32_t i = 0; i < request.variant_count(); ++i) {
        const auto variant = static_cast<std::uint8_t>(i);
        std::vector<WorkerId> free;
        for (WorkerId worker{0}; worker.value < workers_.size(); ++worker.value) {
            if (has_seat(request, variant, worker)) free.push_back(worker);
        }
        if (free.size() < request.ranks) continue;
        start_wide(id, variant, on_few_nodes(free, request.ranks), commands);
        return true;
    }
    reserve(id, commands);
    return false;
}

void Scheduler::start_wide(TaskId id, std::uint8_t variant, const std::vector<WorkerId>& members,
                           CommandSink& commands) {
    requests_.remove(tasks_, id);
    Task& task = tasks_[id];
    task.variant = variant & 15U;
    assign(id, members.front(), commands);
    workers_.shift(tasks_, id, TaskState::running);  // Nothing of it is ahead of a slot, so it cannot be asked back.
    const auto count = static_cast<std::uint32_t>(members.size());
    for (std::uint32_t i = 1; i < count; ++i) {
        take_seat({id, task.execution, i}, {.kind = Seat::Kind::member,
                                            .worker = members[i],
                                            .request = task.request,
                                            .variant = variant,
                                            .expected_ns = task.expected_ns()});
        history_.note(id, Step::assigned, members[i].value, task.execution);
        commands.emplace_back(AssignTask{id, members[i], task.execution, task.attempt, variant, i, count});
    }
}

void Scheduler::leave_members(TaskId id, TaskEnd end, CommandSink& commands) {
    std::vector<SeatTable::Key> members;
    seats_.visit_task(id, [&](const SeatTable::Key& key, const Seat& seat) {
        if (seat.kind == Seat::Kind::member) members.push_back(key);
    });
    for (const SeatTable::Key& key : members) {
        if (end == TaskEnd::returned) {
            seats_.set_kind(key, Seat::Kind::ending);  // They come to their end by themselves.
        } else {
            stop(key, commands);
        }
    }
}

void Scheduler::end_attempt_of(TaskId id, WorkerId member, CommandSink& commands) {
    history_.note(id, Step::member_ended, member.value, tasks_[id].execution);
    retire(id, commands);
    leave_members(id, TaskEnd::raised, commands);
}

}  // namespace rankpool::scheduler
