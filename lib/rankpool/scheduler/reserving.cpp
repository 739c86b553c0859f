// What keeps tasks over several workers from waiting for ever behind smaller ones, and lets these run meanwhile.
#include <algorithm>
#include <utility>
#include <vector>

#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {

void Scheduler::reserve(TaskId id, CommandSink& commands) {
    const Request& request = requests_[tasks_[id].request];
    std::vector<std::pair<Duration, WorkerId>> able;
    std::uint32_t variant = 0;
    for (; variant < request.variant_count(); ++variant) {
        able.clear();
        for (WorkerId worker{0}; worker.value < workers_.size(); ++worker.value) {
            if (workers_[worker].state != WorkerState::active) continue;
            if (!stock_.could_have(worker, request.variant(variant))) continue;
            able.emplace_back(wait_at(worker), worker);
        }
        if (able.size() >= request.ranks) break;
    }
    if (able.size() < request.ranks) return;  // Enough of them, but not for one variant.
    // Those that are free first, and among equally soon ones those on few nodes.
    std::stable_sort(able.begin(), able.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    const Duration wait = able[request.ranks - 1].first;
    std::vector<WorkerId> soonest;
    for (const auto& [its_wait, worker] : able) {
        if (its_wait <= wait) soonest.push_back(worker);
    }
    std::sort(soonest.begin(), soonest.end());
    reservation_ = {.task = id,
                    .variant = static_cast<std::uint8_t>(variant),
                    .due = now_ + wait,
                    .workers = on_few_nodes(soonest, request.ranks)};
    for (const WorkerId worker : reservation_.workers) {
        while (!workers_[worker].queue.is_empty()) revoke(workers_[worker].queue.last, Step::made_way, commands);
        workers_.reserve(worker);
    }
}

void Scheduler::replace_overdue() {
    const Request& request = requests_[tasks_[reservation_.task].request];
    for (WorkerId& worker : reservation_.workers) {
        if (has_seat(request, reservation_.variant, worker)) continue;
        const WorkerId other = workers_.least_loaded();
        if (!other.is_valid() || !has_seat(request, reservation_.variant, other)) break;
        workers_.release(worker);
        offer(worker);
        workers_.reserve(other);
        worker = other;
    }
    std::sort(reservation_.workers.begin(), reservation_.workers.end());
}

void Scheduler::drop_reservation() {
    const Reservation dropped = std::exchange(reservation_, Reservation{});
    for (const WorkerId worker : dropped.workers) {
        workers_.release(worker);
        offer(worker);
    }
}

bool Scheduler::is_reservation_stale() const {
    if (!reservation_.is_active()) return false;
    const RequestId first = requests_.first_wide(tasks_);
    if (!first.is_valid() || requests_[first].ready.front() != reservation_.task) return true;
    return std::any_of(reservation_.workers.begin(), reservation_.workers.end(),
                       [this](WorkerId worker) { return workers_[worker].state != WorkerState::active; });
}

bool Scheduler::may_use_reserved(const Task& task) const {
    const Task& wide = tasks_[reservation_.task];
    if (Rank(task).goes_before(Rank(wide))) return true;
    // What the wide one needs is held by a suspended task, which may wait for any of the others.
    const auto is_held_up = [&](WorkerId worker) {
        return workers_[worker].load == 0 && !stock_.has(worker, requests_[wide.request].variant(reservation_.variant));
    };
    if (std::any_of(reservation_.workers.begin(), reservation_.workers.end(), is_held_up)) return true;
    const Duration length = time_needed(task);
    return length > Duration{} && now_ < reservation_.due && length <= reservation_.due - now_;
}

WorkerId Scheduler::backfill(const Task& task) const {
    if (!reservation_.is_active() || !may_use_reserved(task)) return WorkerId{};
    for (const WorkerId worker : reservation_.workers) {
        if (workers_[worker].state == WorkerState::active && workers_[worker].free_slots() > 0) return worker;
    }
    return WorkerId{};
}

}  // namespace rankpool::scheduler
