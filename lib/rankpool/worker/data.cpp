// Results that ranks keep: from where a task's inputs come, and who gets ours.
#include <algorithm>
#include <string>
#include <utility>

#include <rankpool/core/error.hpp>
#include <rankpool/protocol/datum.hpp>
#include <rankpool/task/failure.hpp>
#include <rankpool/worker/worker.hpp>

namespace rankpool {

std::vector<ObjectRef> inputs_elsewhere(BytesView inputs) {
    std::vector<ObjectRef> found;
    for (ByteReader reader(inputs); reader.remaining() != 0;) {
        const auto size = reader.value<std::uint64_t>();
        if (size == input_is_elsewhere) {
            found.push_back(decode_object(reader));
        } else {
            reader.raw(size);
        }
    }
    return found;
}

void Worker::take_with_inputs(HeldTask held, const std::vector<ObjectRef>& inputs) {
    Fetches::Pending& pending = fetches_.add_task({.task = std::move(held)});
    for (const ObjectRef& input : inputs) {
        pending.task.needs.push_back(input.id);
        if (store_.where(input.id) != Store::Where::nowhere) continue;
        Fetches::Coming& coming = want(input);
        coming.tasks.push_back(&pending);
        coming.is_for_the_store = true;
        ++pending.missing;
    }
    if (pending.missing == 0) release(pending);
}

void Worker::release(Fetches::Pending& pending) {
    const bool is_about_to_run = pending.is_about_to_run;
    HeldTask held = fetches_.take(pending);
    const bool has_all = is_about_to_run
                             ? std::find(held.objects.begin(), held.objects.end(), nullptr) == held.objects.end()
                             : std::all_of(held.needs.begin(), held.needs.end(),
                                           [&](ObjectId id) { return store_.where(id) != Store::Where::nowhere; });
    if (is_about_to_run) --bringing_back_;
    if (!has_all) {
        fail_held(held, failure_from(Error("an input of the task is lost: no rank has it any more")));
    } else if (is_about_to_run) {
        queue_.push_first(std::move(held));
    } else {
        queue_.push(std::move(held));
    }
}

Fetches::Coming& Worker::want(const ObjectRef& object) {
    const auto [coming, is_new] = fetches_.coming(object.id);
    if (is_new && store_.where(object.id) == Store::Where::disk) {
        read_back(object.id);
    } else if (is_new) {
        ask_for(object.id, object.holder);
    }
    return *coming;
}

void Worker::ask_for(ObjectId id, Rank holder) {
    Bytes message;
    protocol::write(
        message,
        protocol::Fetch{
            .task = id.task.value, .execution = id.execution.value, .requester = options_.rank, .holder = holder});
    send_to(holder, std::move(message));
    progress_.became_busy();
}

void Worker::send_to(Rank rank, Bytes message) {
    if (options_.is_beside_coordinator) {
        outbox_.flush();  // In the order of the records.
        transport_.send(0, std::move(message));
    } else {
        transport_.send(rank, std::move(message));
    }
}

// Null: it is not here.
void Worker::send_datum(Rank to, ObjectId id, StoredValue* value) {
    const auto pack = [&](Bytes& message) { value->pack(message); };
    send_to(to, value != nullptr ? protocol::datum_message(id.task.value, id.execution.value, pack)
                                 : protocol::lost_datum_message(id.task.value, id.execution.value));
}

void Worker::on_fetch(const protocol::Fetch& fetch) {
    const ObjectId id{TaskId{fetch.task}, Execution{fetch.execution}};
    if (fetch.requester < 0 || (!options_.is_beside_coordinator && fetch.requester >= transport_.size())) {
        throw DecodeError("a result is to be sent to a rank that does not exist");
    }
    const StoredRef value = store_.find(id);
    const bool is_on_disk = store_.where(id) == Store::Where::disk;
    if (!value && (is_on_disk || fetches_.find_coming(id) != nullptr)) {  // It is on its way to us, too.
        want({.id = id}).requesters.push_back(fetch.requester);
    } else {
        send_datum(fetch.requester, id, value.get());
    }
}

void Worker::receive_owned(Rank from, Bytes message) {
    const auto header = protocol::only_datum(message.view());
    if (!header) {
        receive(from, message.view());
        return;
    }
    on_datum({TaskId{header->id}, Execution{header->number}},
             std::make_shared<StoredValue>(std::move(message), sizeof *header));
}

void Worker::on_datum(ObjectId id, const StoredRef& value) {
    Fetches::Coming* const expected = value ? nullptr : fetches_.find_coming(id);
    if (expected != nullptr && expected->root >= 0) {  // Our request overtook what the one we asked had to be told.
        ask_for(id, std::exchange(expected->root, -1));
        return;
    }
    const auto coming = fetches_.arrived(id);
    if (!coming) return;  // Dropped meanwhile.
    if (value && coming->is_for_the_store) store_.put(id, value);
    for (const Rank requester : coming->requesters) send_datum(requester, id, value.get());
    for (const Fetches::Asker& asker : coming->askers) {
        if (value) {
            asker.state->arrive(value);
        } else {
            asker.state->lose("the rank does not have it any more");
        }
        if (asker.arrived != nullptr) asker.arrived->signal();
    }
    for (Fetches::Pending* const task : coming->tasks) {
        if (task->is_about_to_run) task->give(id, value);
        if (--task->missing == 0) release(*task);
    }
    look_at_memory();
}

void Worker::on_drop(ObjectId id) {
    told_memory_.is_stalled = false;  // As the coordinator sees it.
    if (StoredRef dropped = store_.drop(id)) {
        freed_.push_back(std::move(dropped));
        has_freed_.store(true, std::memory_order_relaxed);
    }
    look_at_memory();
    if (Fetches::Coming* const coming = fetches_.find_coming(id)) coming->is_for_the_store = false;
}

void Worker::fetch_for(TaskState& state, Waitable& arrived) {
    const ObjectRef& object = state.object();
    if (StoredRef value = store_.find(object.id)) {
        state.arrive(std::move(value));
        arrived.signal();
        return;
    }
    want(object).askers.push_back({StateRef(&state), &arrived});
}

bool Worker::remove(std::uint32_t task, std::uint32_t execution) {
    if (queue_.remove(task, execution)) return true;
    Fetches::Pending* const pending = fetches_.find(task, execution);
    if (pending == nullptr) return false;
    if (pending->is_about_to_run) --bringing_back_;
    fetches_.take(*pending);
    return true;
}

}  // namespace rankpool
