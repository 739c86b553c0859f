#include <algorithm>
#include <iostream>
#include <string>
#include <utility>

#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/coordinator/tell.hpp>
#include <rankpool/core/contract.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/protocol/datum.hpp>

namespace rankpool {
namespace {

// More is no measurement; it must not spoil what is computed from it.
constexpr Duration busy_max = std::chrono::hours(24) * 366;

}  // namespace

// What a worker sends is not trusted: a record that makes no sense changes nothing, is reported and left out. Where it
// says at least which task it is about, that task fails instead of being waited for for ever.

WorkerId Coordinator::worker_at(Rank from) const {
    // Mostly workers are added in the order of their ranks.
    const auto is_it = [&](const Peer& peer) { return peer.at == from && peer.transport == polled_; };
    const auto likely = static_cast<std::size_t>(from) - 1;
    if (likely < peers_.size() && is_it(peers_[likely])) return WorkerId{static_cast<std::uint32_t>(likely)};
    const auto peer = std::find_if(peers_.begin(), peers_.end(), is_it);
    return peer == peers_.end() ? WorkerId{} : WorkerId{static_cast<std::uint32_t>(peer - peers_.begin())};
}

void Coordinator::receive(Rank from, BytesView message) {
    const WorkerId worker = worker_at(from);
    if (!worker.is_valid()) {
        if (!std::exchange(has_met_stranger_, true)) complain(from, "it is no worker of this pool");
        return;
    }
    Peer* const peer = &peers_[worker.value];
    protocol::RecordReader records(message);
    try {
        while (const auto record = records.next()) {
            try {
                handle(worker, *record);
            } catch (const DecodeError& error) {
                complain(*peer, error.what());
            }
        }
    } catch (const DecodeError& error) {  // Where the next record starts is unknown.
        complain(*peer, error.what());
    }
}

void Coordinator::complain(Peer& peer, std::string_view why) {
    if (!std::exchange(peer.has_erred, true)) complain(peer.rank, why);
}

void Coordinator::complain(Rank rank, std::string_view why) {
    std::cerr << "rankpool: dropped what rank " << rank
              << " sent, because it cannot be understood (other work goes on; more of this kind from that rank is "
                 "dropped without a word): "
              << why << '\n';
}

template <class Event>
void Coordinator::tell_scheduler(const Event& event) {
    try {
        scheduler_.on(event, now_, commands_);
    } catch (const ContractError& error) {
        if (!commands_.empty()) throw;    // Half a decision: the mistake is ours.
        throw DecodeError(error.what());  // The scheduler is as before.
    }
}

template <class Report>
void Coordinator::pass_on(WorkerId from, const Report& report) {
    const Task& task = tasks_[report.task.value];
    if (task.execution == report.execution && task.worker.is_valid() && task.worker != from) {
        throw DecodeError("it reports task " + std::to_string(report.task.value) + ", which rank " +
                          std::to_string(peers_[task.worker.value].rank) + " has");
    }
    tell_scheduler(report);
    carry_out();
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
    const TaskId id{header.id};
    const Execution execution{header.number};
    switch (header.kind) {
        case protocol::Kind::hello:
            on_hello(from, protocol::read_hello(record));
            return;
        case protocol::Kind::finished:
            on_finished(from, record);
            return;
        case protocol::Kind::started:
            if (!is_live()) return;
            pass_on(from, scheduler::TaskStarted{id, execution});
            mark_running(from, id, execution);
            return;
        case protocol::Kind::suspended:
            if (is_live()) on_suspended(from, protocol::read_suspended(record));
            return;
        case protocol::Kind::resumed:
            if (!is_live()) return;
            pass_on(from, scheduler::TaskResumed{id, execution});
            // Those of this process say so themselves: by now they may wait again.
            if (peers_[from.value].rank != 0 && tasks_[id.value].execution == execution)
                tasks_[id.value].waits_for.clear();
            return;
        case protocol::Kind::returned:
            on_returned(from, id, execution);
            return;
        case protocol::Kind::revoke_refused:
            if (is_live()) pass_on(from, scheduler::RevokeRefused{id, execution});
            return;
        case protocol::Kind::submit:
            accept_remote(from, record);
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
        case protocol::Kind::fetch:
            on_fetch(from, protocol::read_fetch(record));
            return;
        case protocol::Kind::datum:
            on_datum(from, {id, execution},
                     protocol::is_lost(header) ? nullptr : std::make_shared<StoredValue>(Bytes(record.payload)));
            return;
        case protocol::Kind::initializer_failed: {
            const Peer& peer = peers_[from.value];
            break_down(broken_executor_failure("the pool's initializer failed on rank " + std::to_string(peer.rank) +
                                               " (" + peer.hello.host +
                                               "), so no task can run: " + std::string(protocol::read_text(record))));
            return;
        }
        case protocol::Kind::goodbye:
            if (!has_said_stop_) throw DecodeError("it says goodbye although nobody told it to stop");
            peers_[from.value].has_left = true;
            return;
        default:
            throw DecodeError("the coordinator got a record of kind " + std::to_string(static_cast<int>(header.kind)) +
                              ", which only workers get");
    }
}

void Coordinator::on_suspended(WorkerId from, const protocol::Suspended& suspended) {
    const TaskId id{suspended.task};
    const Execution execution{suspended.execution};
    std::vector<StateRef> awaited;
    for (const std::uint32_t token : suspended.tokens) awaited.push_back(submitted_by(from, token));
    pass_on(from, scheduler::TaskSuspended{id, execution});
    mark_running(from, id, execution);
    Task& task = tasks_[id.value];
    if (awaited.empty() || task.worker != from || task.execution != execution) return;
    task.waits_for = std::move(awaited);
    const std::string deadlock = find_deadlock(id);
    if (deadlock.empty()) return;
    task.waits_for.clear();
    tell(from, protocol::Kind::deadlock, id.value, execution.value, deadlock);
}

void Coordinator::mark_running(WorkerId from, TaskId id, Execution execution) {
    const Task& task = tasks_[id.value];
    if (task.worker == from && task.execution == execution) task.state->mark_running();
}

void Coordinator::on_hello(WorkerId from, const protocol::Hello& hello) {
    Peer& peer = peers_[from.value];
    if (peer.has_joined) throw DecodeError("it says hello twice");
    Resources resources;
    try {
        ByteReader reader(BytesView(std::as_bytes(std::span(hello.resources))));
        if (!hello.resources.empty()) resources = decode_resources(reader);
        require_sane(resources);
    } catch (const ConfigError& error) {
        throw DecodeError(error.what());
    }
    tell_scheduler(scheduler::WorkerJoined{
        .worker = from, .slots = hello.slots, .resources = requests_.needs_of(resources, now_)});
    peer.hello = hello;
    peer.has_joined = true;
    ++joined_;
    carry_out();
    if (joined_ == peers_.size()) form_pool();
}

void Coordinator::form_pool() {
    is_formed_ = true;
    scheduler_.on(scheduler::PoolFormed{}, now_, commands_);
    carry_out();
}

void Coordinator::on_returned(WorkerId from, TaskId id, Execution execution) {
    const Task& task = tasks_[reported_task({.id = id.value}).value];
    peers_[from.value].forget_one();
    if (!task.state) return;
    try {
        pass_on(from, scheduler::TaskReturned{id, execution});
    } catch (const DecodeError&) {
        // It was not asked for, or runs by its own report. Whoever gives it back will not run it: that must have an
        // end.
        if (task.worker == from && task.execution == execution) fail_execution(from, id, execution);
        throw;
    }
    if (task.execution == execution) tasks_[id.value].worker = WorkerId{};  // Not assigned again yet.
}

// With the exception at hand.
void Coordinator::fail_execution(WorkerId from, TaskId id, Execution execution) {
    Bytes failure;
    ByteWriter writer(failure);
    encode_failure(writer, capture_failure());
    outcome_ = failure.view();
    pass_on(from, scheduler::TaskFinished{.task = id, .execution = execution, .end = scheduler::TaskEnd::raised});
    outcome_ = {};
}

void Coordinator::on_finished(WorkerId from, const protocol::Record& record) {
    const TaskId id = reported_task(record.header);
    Peer& peer = peers_[from.value];
    peer.forget_one();
    protocol::Finished finished;
    Bytes failure;
    try {
        finished = protocol::read_finished(record);
        if (finished.is_kept && !finished.raised) {
            if (finished.outcome.size() != sizeof(std::uint64_t))
                throw DecodeError("it keeps a result of no known size");
            kept_ = {.id = {id, Execution{finished.execution}},
                     .size = ByteReader(finished.outcome).value<std::uint64_t>(),
                     .worker = from};
        }
    } catch (const DecodeError& error) {
        complain(peer, error.what());
        ByteWriter writer(failure);
        encode_failure(writer, capture_failure());
        finished.execution = record.header.number;
        finished.raised = true;
        finished.outcome = failure.view();
    }
    const Duration busy(std::min<std::uint64_t>(finished.busy_ns, busy_max.count()));
    counts_.busy = std::min(counts_.busy, Duration::max() - busy) + busy;
    const auto drop_unwanted = [&] {  // Nobody took what the worker keeps: it was late.
        if (const auto unwanted = std::exchange(kept_, std::nullopt)) {
            tell(from, protocol::Kind::drop, unwanted->id.task.value, unwanted->id.execution.value);
        }
    };
    if (!tasks_[id.value].state) {
        drop_unwanted();
        return;
    }
    const Task& task = tasks_[id.value];
    if (task.worker == from && task.execution.value == finished.execution) note_inputs_at(*task.state, from);
    outcome_ = finished.outcome;
    try {
        pass_on(from, scheduler::TaskFinished{
                          .task = id,
                          .execution = Execution{finished.execution},
                          .end = finished.raised ? scheduler::TaskEnd::raised : scheduler::TaskEnd::returned,
                          .busy = busy,
                          .result_bytes = kept_ ? kept_->size : 0});
    } catch (...) {
        drop_unwanted();
        throw;
    }
    outcome_ = {};
    drop_unwanted();
}

}  // namespace rankpool
