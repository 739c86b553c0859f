// Accidents, and users who change their minds.
#include <simulation/cluster.hpp>

namespace rankpool::simulation {

void VirtualCluster::on(const Incident& event) {
    flush_reports();
    const WorkerId worker{event.target};
    switch (event.kind) {
        case Incident::Kind::join:
            return join(worker);
        case Incident::Kind::crash:
            return crash(worker, scheduler::LossReason::worker_died);
        case Incident::Kind::crash_with_node:
            return crash(worker, scheduler::LossReason::node_lost);
        case Incident::Kind::cut_off:
            return cut_off(worker);
        case Incident::Kind::drain:
            return drain(worker);
        case Incident::Kind::cancel:
            return cancel(event.target);
    }
}

void VirtualCluster::crash(WorkerId id, scheduler::LossReason reason) {
    if (!may_lose(id)) return;
    Seat& at = seat(id);
    if (at.is_healthy) --healthy_;
    at.is_healthy = at.is_alive = at.is_leaving = false;
    at.worker.clear();
    if (watcher_ != nullptr) watcher_->worker_died(id, now_);
    // What it sent before may come earlier or later than the news of its death.
    const auto until_noticed = static_cast<Duration::rep>(random_.unit() * 1e6);
    queue_.push(now_ + Duration(until_noticed), LossIsNoticed{id, reason});
}

void VirtualCluster::cut_off(WorkerId id) {
    if (!may_lose(id)) return;
    if (seat(id).is_healthy) --healthy_;
    seat(id).is_healthy = false;
    on(LossIsNoticed{id, scheduler::LossReason::worker_died});
}

void VirtualCluster::drain(WorkerId id) {
    if (!may_lose(id) || !seat(id).is_healthy) return;
    --healthy_;
    seat(id).is_healthy = false;
    tell(scheduler::WorkerDraining{id});
    send_to(id, now_, DrainArrives{id});
}

void VirtualCluster::cancel(TaskNumber number) {
    if (!driver_.is_live(number)) return;
    if (watcher_ != nullptr) watcher_->cancel_requested(number, now_);
    tell(scheduler::CancelRequested{driver_.id(number)});
}

/// Somebody has to do the work: the last healthy worker stays, and as many as some task needs together.
bool VirtualCluster::may_lose(WorkerId id) const {
    if (id.value >= seats_.size() || !seats_[id.value].is_alive) return false;
    return healthy_ > ranks_max_ || !seats_[id.value].is_healthy;
}

}  // namespace rankpool::simulation
