// Results that workers keep: who gets them from whom, when they come here, and when they are dropped.
#include <algorithm>
#include <utility>

#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/coordinator/tell.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/protocol/datum.hpp>

namespace rankpool {

void Coordinator::keep_result(TaskState& state, const KeptReport& kept) {
    objects_.add(kept.id, kept.size, kept.worker, &state);
    state.succeed_elsewhere({.id = kept.id, .size = kept.size, .holder = peers_[kept.worker.value].rank});
    if (state.keep == Keep::everywhere) spread(kept.id, *objects_.find(kept.id));
}

// Along a binomial tree whose root is the worker that has it. Whoever is asked before it has come answers later.
void Coordinator::spread(ObjectId id, Objects::Object& object) {
    const auto count = static_cast<std::uint32_t>(peers_.size());
    const std::uint32_t root = object.holders.front().value;
    const auto worker = [&](std::uint32_t place) { return WorkerId{(root + place) % count}; };
    for (std::uint32_t place = 1; place < count; ++place) {
        const std::uint32_t parent = place & (place - 1);  // Without its lowest bit.
        if (!peers_[worker(place).value].has_joined) continue;
        const bool has_parent = peers_[worker(parent).value].has_joined;
        tell(worker(place), protocol::Acquire{.task = id.task.value,
                                              .execution = id.execution.value,
                                              .holder = peers_[worker(has_parent ? parent : 0).value].rank,
                                              .root = peers_[root].rank});
        Objects::note_receiver(object, worker(place));
    }
}

Rank Coordinator::rank_for(std::size_t i) {
    const std::lock_guard lock(progress_.mutex());
    return peers_[i % peers_.size()].rank;
}

Objects::Object* Coordinator::own_object(const TaskState& state) {
    if (!is_settled(state.status()) || !state.is_elsewhere()) return nullptr;
    Objects::Object* const object = objects_.find(state.object().id);
    return object != nullptr && object->state == &state ? object : nullptr;
}

// An input that ranks keep travels from rank to rank: the call only says where it is.
void Coordinator::append_reference(ByteWriter& writer, const TaskState& input, Objects::Object& object, WorkerId to) {
    ObjectRef reference = input.object();
    reference.holder = peers_[Objects::source_for(object, to).value].rank;
    Objects::note_receiver(object, to);
    writer.value(input_is_elsewhere);
    encode_object(writer, reference);
}

// A task that ran on a worker had its inputs there.
void Coordinator::note_inputs_at(const TaskState& state, WorkerId worker) {
    const TaskExtras* const extras = state.extras_if_any();
    if (extras == nullptr) return;
    for (const StateRef& input : extras->inputs) {
        if (Objects::Object* const object = own_object(*input)) Objects::note_holder(*object, worker);
    }
}

// Who has most of the inputs that are there already.
void Coordinator::find_near(const TaskState& state, scheduler::TaskSubmitted& event) {
    const TaskExtras* const extras = state.extras_if_any();
    if (extras == nullptr) return;
    std::vector<std::pair<WorkerId, std::uint64_t>> there;
    for (const StateRef& input : extras->inputs) {
        const Objects::Object* const object = own_object(*input);
        if (object == nullptr) continue;
        for (const WorkerId holder : object->holders) {
            const auto found =
                std::find_if(there.begin(), there.end(), [&](const auto& place) { return place.first == holder; });
            if (found != there.end()) {
                found->second += object->size;
            } else {
                there.emplace_back(holder, object->size);
            }
        }
    }
    for (const auto& [worker, bytes] : there) {
        if (bytes <= event.near_bytes) continue;
        event.near = worker;
        event.near_bytes = bytes;
    }
}

void Coordinator::fetch(TaskState& state, Waitable& arrived) {
    const std::lock_guard lock(progress_.mutex());
    const ObjectRef& reference = state.object();
    Objects::Object* const object = is_closed_ ? nullptr : objects_.find(reference.id);
    if (object == nullptr) {
        state.lose("it stayed there, and the pool has ended");
        arrived.signal();
        return;
    }
    fetch_locked(reference.id, *object, StateRef(&state), &arrived);
    flush();
}

void Coordinator::leave_fetch(TaskState& state, Waitable& arrived) {
    const std::lock_guard lock(progress_.mutex());
    const auto found = coming_.find(state.object().id);
    if (found == coming_.end()) return;
    for (auto& [asker, waits] : found->second.askers) {
        if (waits == &arrived) waits = nullptr;
    }
}

void Coordinator::fetch_locked(ObjectId id, Objects::Object& object, StateRef state, Waitable* arrived) {
    Coming& coming = coming_[id];
    const bool is_new = coming.askers.empty() && !coming.is_for_local_worker;
    coming.askers.emplace_back(std::move(state), arrived);
    if (is_new) ask(id, Objects::source_for(object, WorkerId{}));
}

void Coordinator::ask(ObjectId id, WorkerId holder) {
    const Peer& peer = peers_[holder.value];
    tell(holder,
         protocol::Fetch{.task = id.task.value, .execution = id.execution.value, .requester = 0, .holder = peer.rank});
    progress_.became_busy();
}

// Between a worker beside this coordinator and the other ranks: that one is reached through here only.
void Coordinator::on_fetch(WorkerId from, const protocol::Fetch& fetch) {
    const ObjectId id{TaskId{fetch.task}, Execution{fetch.execution}};
    Objects::Object* const object = objects_.find(id);
    if (peers_[from.value].is_local) {
        if (object == nullptr) {
            send_datum(from, id, nullptr);
            return;
        }
        Coming& coming = coming_[id];
        const bool is_new = coming.askers.empty() && !coming.is_for_local_worker;
        coming.is_for_local_worker = true;
        if (is_new) ask(id, Objects::source_for(*object, WorkerId{}));
        return;
    }
    const auto local = std::find_if(peers_.begin(), peers_.end(), [](const Peer& peer) { return peer.is_local; });
    if (local == peers_.end()) {
        send_datum(from, id, nullptr);
        return;
    }
    relays_[id].push_back(from);
    if (relays_[id].size() == 1) tell(WorkerId{static_cast<std::uint32_t>(local - peers_.begin())}, fetch);
}

// Null: it is lost.
void Coordinator::send_datum(WorkerId to, ObjectId id, const StoredRef& value) {
    Peer& peer = peers_[to.value];
    peer.outbox.flush();  // In the order of the records.
    const auto pack = [&](Bytes& message) { value->pack(message); };
    peer.transport->send(peer.at, value ? protocol::datum_message(id.task.value, id.execution.value, pack)
                                        : protocol::lost_datum_message(id.task.value, id.execution.value));
}

void Coordinator::on_datum(WorkerId from, ObjectId id, const StoredRef& value) {
    if (const auto relay = relays_.find(id); relay != relays_.end() && peers_[from.value].is_local) {
        for (const WorkerId to : relay->second) send_datum(to, id, value);
        relays_.erase(relay);
    }
    const auto found = coming_.find(id);
    if (found == coming_.end()) return;
    const Coming coming = std::move(found->second);
    coming_.erase(found);
    if (coming.is_for_local_worker) {
        for (std::uint32_t i = 0; i < peers_.size(); ++i) {
            if (peers_[i].is_local) send_datum(WorkerId{i}, id, value);
        }
    }
    for (const auto& [state, arrived] : coming.askers) {
        if (value) {
            state->arrive(value);
        } else {
            state->lose("the rank does not have it any more");
        }
        if (arrived != nullptr) arrived->signal();
    }
}

void Coordinator::receive_owned(Rank from, Bytes message) {
    const auto header = protocol::only_datum(message.view());
    const WorkerId worker = worker_at(from);
    if (!header || !worker.is_valid()) {
        receive(from, message.view());
        return;
    }
    on_datum(worker, {TaskId{header->id}, Execution{header->number}},
             std::make_shared<StoredValue>(std::move(message), sizeof *header));
}

// From any thread, with any lock held.
void Coordinator::forget(const TaskState& state) {
    const std::lock_guard lock(forget_mutex_);
    if (is_forgetful_) return;
    forgotten_.push_back(state.object().id);
    has_forgotten_.store(true, std::memory_order_release);
    progress_.nudge();
}

void Coordinator::drop_forgotten() {
    if (!has_forgotten_.load(std::memory_order_acquire)) return;
    std::vector<ObjectId> ids;
    {
        const std::lock_guard lock(forget_mutex_);
        ids.swap(forgotten_);
        has_forgotten_.store(false, std::memory_order_release);
    }
    stall_patience_ = std::chrono::seconds(1);  // Memory is being freed.
    for (const ObjectId id : ids) {
        const Objects::Object* const object = objects_.find(id);
        if (object == nullptr) continue;
        for (const auto* const workers : {&object->holders, &object->receivers}) {
            for (const WorkerId worker : *workers) {
                tell(worker, protocol::Kind::drop, id.task.value, id.execution.value);
                peers_[worker.value].memory.is_stalled = false;  // If it still is then, it says so again.
            }
        }
        objects_.remove(id);
    }
}

// Futures outlive the pool: what they name comes here before the ranks that keep it go.
void Coordinator::bring_all_here(std::unique_lock<std::mutex>& lock, Instant deadline) {
    drop_forgotten();
    {
        const std::lock_guard forgetting(forget_mutex_);  // While it is held no state of these is deleted.
        for (auto& [id, object] : objects_.all()) {
            const bool is_gone = std::find(forgotten_.begin(), forgotten_.end(), id) != forgotten_.end();
            if (is_gone || object.state->origin >= 0 || !object.state->try_hold()) continue;
            StateRef state(object.state);
            object.state->let_go();  // The share that try_hold() took; `state` has its own.
            if (!state->is_fetched()) fetch_locked(id, object, std::move(state), nullptr);
        }
    }
    flush();
    progress_.wait_until(
        lock, [&] { return coming_.empty(); }, deadline);
}

}  // namespace rankpool
