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

void Worker::take_with_inputs(std::int32_t priority, HeldTask held, const std::vector<ObjectRef>& inputs) {
    Fetches::Pending& pending =
        fetches_.add_task({.priority = priority, .task = std::move(held), .inputs = {}, .missing = 0});
    for (const ObjectRef& input : inputs) {
        pending.inputs.push_back(input.id);
        if (store_.find(input.id)) continue;
        Fetches::Coming& coming = want(input);
        coming.tasks.push_back(&pending);
        coming.is_for_the_store = true;
        ++pending.missing;
    }
    if (pending.missing == 0) release(pending);
}

void Worker::release(Fetches::Pending& pending) {
    const std::vector<ObjectId> inputs = pending.inputs;
    const std::int32_t priority = pending.priority;
    HeldTask held = fetches_.take(pending);
    for (const ObjectId id : inputs) held.objects.push_back(store_.find(id));
    if (std::all_of(held.objects.begin(), held.objects.end(),
                    [](const StoredRef& value) { return value != nullptr; })) {
        queue_.push(priority, std::move(held));
        return;
    }
    fail_held(held, failure_from(Error("an input of the task is lost: no rank has it any more")));
}

Fetches::Coming& Worker::want(const ObjectRef& object) {
    const auto [coming, is_new] = fetches_.coming(object.id);
    if (is_new) {
        Bytes message;
        protocol::write(message, protocol::Fetch{.task = object.id.task.value,
                                                 .execution = object.id.execution.value,
                                                 .requester = options_.rank,
                                                 .holder = object.holder});
        send_to(object.holder, std::move(message));
        progress_.became_busy();
    }
    return *coming;
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
    Fetches::Coming* const coming = value ? nullptr : fetches_.find_coming(id);
    if (coming != nullptr) {  // It is on its way to us, too.
        coming->requesters.push_back(fetch.requester);
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
    const auto coming = fetches_.arrived(id);
    if (!coming) return;  // Dropped meanwhile.
    if (value && coming->is_for_the_store) store_.put(id, value);
    for (const Rank requester : coming->requesters) send_datum(requester, id, value.get());
    for (const Fetches::Asker& asker : coming->askers) {
        if (value) {
            asker.state->arrive(value);
        } else {
            asker.state->lose("the result is lost: the rank that kept it does not have it any more");
        }
        asker.arrived->signal();
    }
    for (Fetches::Pending* const task : coming->tasks) {
        if (--task->missing == 0) release(*task);
    }
}

void Worker::on_drop(ObjectId id) {
    store_.drop(id);
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
    fetches_.take(*pending);
    return true;
}

}  // namespace rankpool
