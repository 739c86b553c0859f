#include <string>

#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/coordinator/tell.hpp>
#include <rankpool/core/error.hpp>

namespace rankpool {

void Coordinator::receive(Rank from, BytesView message) {
    for (std::uint32_t i = 0; i < peers_.size(); ++i) {
        if (peers_[i].at != from || peers_[i].transport != polled_) continue;
        protocol::RecordReader records(message);
        while (const auto record = records.next()) handle(WorkerId{i}, *record);
        return;
    }
    throw DecodeError("a message came from rank " + std::to_string(from) + ", which is no worker of this pool");
}

TaskId Coordinator::reported_task(const protocol::Header& header) const {
    const TaskId task{header.id};
    if (task.value >= tasks_.size()) throw DecodeError("a report names a task that never was");
    return task;
}

const StateRef& Coordinator::submitted_by(WorkerId from, std::uint32_t token) const {
    const auto& submitted = peers_[from.value].submitted;
    if (token >= submitted.size() || !submitted[token]) {
        throw DecodeError("rank " + std::to_string(peers_[from.value].rank) + " names a task that it did not submit");
    }
    return submitted[token];
}

void Coordinator::handle(WorkerId from, const protocol::Record& record) {
    const protocol::Header& header = record.header;
    const auto is_live = [&] { return static_cast<bool>(tasks_[reported_task(header).value].state); };
    const Execution execution{header.number};
    switch (header.kind) {
        case protocol::Kind::hello:
            on_hello(from, protocol::read_hello(record));
            return;
        case protocol::Kind::finished:
            on_finished(from, protocol::read_finished(record));
            return;
        case protocol::Kind::started:
            if (!is_live()) return;
            if (tasks_[header.id].execution == execution) tasks_[header.id].state->mark_running();
            scheduler_.on(scheduler::TaskStarted{TaskId{header.id}, execution}, now_, commands_);
            break;
        case protocol::Kind::suspended:
            if (!is_live()) return;
            if (tasks_[header.id].execution == execution) tasks_[header.id].state->mark_running();
            scheduler_.on(scheduler::TaskSuspended{TaskId{header.id}, execution}, now_, commands_);
            break;
        case protocol::Kind::resumed:
            if (!is_live()) return;
            scheduler_.on(scheduler::TaskResumed{TaskId{header.id}, execution}, now_, commands_);
            break;
        case protocol::Kind::returned:
            --peers_[from.value].unfinished;
            if (!is_live()) return;
            scheduler_.on(scheduler::TaskReturned{TaskId{header.id}, execution}, now_, commands_);
            break;
        case protocol::Kind::revoke_refused:
            if (!is_live()) return;
            scheduler_.on(scheduler::RevokeRefused{TaskId{header.id}, execution}, now_, commands_);
            break;
        case protocol::Kind::submit:
            accept_remote(from, protocol::read_submit(record));
            return;
        case protocol::Kind::cancel: {
            const StateRef state = submitted_by(from, header.id);
            if (is_settled(state->status())) return;  // Its outcome is on the way; that answers.
            cancel_locked(*state);
            return;
        }
        case protocol::Kind::request_stop: {
            const StateRef state = submitted_by(from, header.id);
            request_stop_locked(*state);
            return;
        }
        case protocol::Kind::release:
            submitted_by(from, header.id);
            peers_[from.value].submitted[header.id] = StateRef();
            return;
        case protocol::Kind::initializer_failed: {
            const Peer& peer = peers_[from.value];
            break_down(broken_executor_failure("the pool's initializer failed on rank " + std::to_string(peer.rank) +
                                               " (" + peer.hello.host +
                                               "), so no task can run: " + std::string(protocol::read_text(record))));
            return;
        }
        case protocol::Kind::goodbye:
            peers_[from.value].has_left = true;
            return;
        default:
            throw DecodeError("the coordinator got a record of kind " + std::to_string(static_cast<int>(header.kind)) +
                              ", which only workers get");
    }
    carry_out();
}

void Coordinator::on_hello(WorkerId from, const protocol::Hello& hello) {
    Peer& peer = peers_[from.value];
    peer.hello = hello;
    if (peer.has_joined) throw DecodeError("a worker said hello twice");
    peer.has_joined = true;
    ++joined_;
    scheduler_.on(scheduler::WorkerJoined{from, hello.slots}, now_, commands_);
    carry_out();
}

void Coordinator::on_finished(WorkerId from, const protocol::Finished& finished) {
    const TaskId id{finished.task};
    if (id.value >= tasks_.size()) throw DecodeError("a report names a task that never was");
    --peers_[from.value].unfinished;
    const Duration busy(finished.busy_ns);
    counts_.busy += busy;
    if (!tasks_[id.value].state) return;
    outcome_ = finished.outcome;
    scheduler_.on(
        scheduler::TaskFinished{.task = id,
                                .execution = Execution{finished.execution},
                                .end = finished.raised ? scheduler::TaskEnd::raised : scheduler::TaskEnd::returned,
                                .busy = busy},
        now_, commands_);
    carry_out();
    outcome_ = {};
}

}  // namespace rankpool
