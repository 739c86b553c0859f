// Workers that start no task for want of memory: who goes on all the same when nothing else does.
#include <algorithm>
#include <iostream>

#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/coordinator/tell.hpp>

namespace rankpool {

using namespace std::chrono_literals;

namespace {

// Somebody waits for a task: nothing will be dropped, but for what is on its way now.
constexpr Duration patience_with_waiters = 2ms;
// Nobody does: the program may be about to drop results, or may look at its futures from time to time.
constexpr Duration patience_min = 1s;
constexpr Duration patience_max = 10s;

}  // namespace

void Coordinator::on_memory(WorkerId from, const protocol::Memory& memory) {
    peers_[from.value].memory = memory;
    may_have_stalled_ |= memory.is_stalled;
}

void Coordinator::look_for_stall() {
    may_have_stalled_ = std::any_of(peers_.begin(), peers_.end(), [](const Peer& p) { return p.memory.is_stalled; });
    if (!may_have_stalled_ || !is_stalled()) {
        stall_ends_ = Instant::max();
    } else if (stall_ends_ == Instant::max()) {
        stall_ends_ = now_ + (waiters_ > 0 ? patience_with_waiters : stall_patience_);
    }
}

// Some workers have stalled, and the tasks of all others have ended or wait for others themselves.
bool Coordinator::is_stalled() const {
    const auto has_stalled = [](const Peer& peer) { return peer.memory.is_stalled; };
    return coming_.empty() && std::all_of(peers_.begin(), peers_.end(), [&](const Peer& peer) {
               return has_stalled(peer) || peer.unfinished <= peer.suspended;
           });
}

// The one that is least over its budget lets one task through.
bool Coordinator::end_stall() {
    if (!may_have_stalled_) return false;
    look_for_stall();
    if (stall_ends_ == Instant::max()) return false;
    if (waiters_ > 0) stall_ends_ = std::min(stall_ends_, now_ + patience_with_waiters);
    if (now_ < stall_ends_) return false;
    stall_patience_ = waiters_ > 0 ? patience_min : std::min(2 * stall_patience_, patience_max);
    stall_ends_ = Instant::max();
    Peer* least = nullptr;
    for (Peer& peer : peers_) {
        if (!peer.memory.is_stalled) continue;
        const auto excess = [](const Peer& p) { return p.memory.kept - std::min(p.memory.kept, p.memory.budget); };
        if (least == nullptr || excess(peer) < excess(*least)) least = &peer;
    }
    least->memory.is_stalled = false;  // Until it says so again.
    tell(WorkerId{static_cast<std::uint32_t>(least - peers_.data())}, protocol::Kind::proceed, 0U);
    return true;
}

void Coordinator::count_memory(PoolCounts& counts) const {
    for (const Peer& peer : peers_) {
        const protocol::Memory& memory = peer.memory;
        if (memory.budget != 0) {
            counts.memory_budget =
                counts.memory_budget == 0 ? memory.budget : std::min(counts.memory_budget, memory.budget);
        }
        counts.memory_peak = std::max(counts.memory_peak, memory.kept_peak);
        counts.disk_bytes += memory.on_disk;
        counts.spilled_bytes += memory.spilled;
    }
}

}  // namespace rankpool
