#include <algorithm>
#include <iostream>
#include <string>
#include <utility>

#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/coordinator/tell.hpp>
#include <rankpool/core/contract.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/protocol/datum.hpp>
#include <rankpool/task/task_log.hpp>

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
void Coordinator::pass_on(WorkerId from, const Report& report, const Part& part) {
    const Task& task = tasks_[report.task.value];
    if (!part.is_seat && task.execution == report.execution && task.worker.is_valid() && task.worker != from) {
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

// None if the report is late, or about what others run: then it changes nothing.
std::optional<Coordinator::Part> Coordinator::part_of(WorkerId from, TaskId id, Execution execution) {
    const Task& task = tasks_[id.value];
    if (!seats_.is_empty()) {
        const Seats::Seat* const seat = seats_.find({id, execution}, from);
        if (seat != nullptr) return Part{.member = seat->member, .is_seat = true, .is_wanted = seat->is_wanted};
        const bool is_own = task.execution == execution && task.worker == from;
        if (!is_own && seats_.has({id, execution})) return std::nullopt;
    }
    return task.state ? std::optional(Part{}) : std::nullopt;
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
    const TaskId id{header.id};
    const Execution execution{header.number};
    const auto part = [&] { return part_of(from, reported_task(header), execution); };
    switch (header.kind) {
        case protocol::Kind::hello:
            on_hello(from, protocol::read_hello(record));
            return;
        case protocol::Kind::finished:
            on_finished(from, record);
            return;
        case protocol::Kind::started:
            if (const auto found = part()) {
                // What has a seat runs already, as far as the scheduler goes.
                if (!found->is_seat) pass_on(from, scheduler::TaskStarted{id, execution}, *found);
                mark_running(from, id, execution);
            }
            return;
        case protocol::Kind::suspended:
            ++peers_[from.value].suspended;
            if (const auto found = part()) on_suspended(from, protocol::read_suspended(record), *found);
            return;
        case protocol::Kind::resumed:
            peers_[from.value].suspended -= peers_[from.value].suspended != 0 ? 1U : 0U;
            if (const auto found = part()) on_resumed(from, id, execution, *found);
            return;
        case protocol::Kind::returned:
            on_returned(from, id, execution);
            return;
        case protocol::Kind::revoke_refused:
            if (const auto found = part(); found && !found->is_seat) {
                pass_on(from, scheduler::RevokeRefused{id, execution}, *found);
            }
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
        case protocol::Kind::log: {
            const protocol::Log log = protocol::read_log(record);
            const Peer& peer = peers_[from.value];
            std::cerr << detail::log_line(peer.rank, peer.hello.host, log.name, log.line);
            return;
        }
        case protocol::Kind::memory:
            on_memory(from, protocol::read_memory(record));
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

void Coordinator::on_suspended(WorkerId from, const protocol::Suspended& suspended, const Part& part) {
    const TaskId id{suspended.task};
    const Execution execution{suspended.execution};
    std::vector<StateRef> awaited;
    for (const std::uint32_t token : suspended.tokens) awaited.push_back(submitted_by(from, token));
    pass_on(from, scheduler::TaskSuspended{id, execution, part.member}, part);
    mark_running(from, id, execution);
    Task& task = tasks_[id.value];
    if (awaited.empty() || task.worker != from || task.execution != execution) return;
    task.waits_for = std::move(awaited);
    const std::string deadlock = find_deadlock(id);
    if (deadlock.empty()) return;
    task.waits_for.clear();
    tell(from, protocol::Kind::deadlock, id.value, execution.value, deadlock);
}

void Coordinator::on_resumed(WorkerId from, TaskId id, Execution execution, const Part& part) {
    pass_on(from, scheduler::TaskResumed{id, execution, part.member}, part);
    Task& task = tasks_[id.value];
    // Those of this process say so themselves: by now they may wait again.
    if (peers_[from.value].rank != 0 && task.worker == from && task.execution == execution) task.waits_for.clear();
}

void Coordinator::mark_running(WorkerId from, TaskId id, Execution execution) {
    const Task& task = tasks_[id.value];
    if (!task.state || task.execution != execution) return;
    if (task.worker == from || seats_.find({id, execution}, from) != nullptr) task.state->mark_running();
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
    const scheduler::NodeId node =
        nodes_.try_emplace(hello.host, scheduler::NodeId{static_cast<std::uint32_t>(nodes_.size())}).first->second;
    tell_scheduler(scheduler::WorkerJoined{
        .worker = from, .slots = hello.slots, .resources = requests_.needs_of(resources, now_), .node = node});
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
    const auto part = part_of(from, reported_task({.id = id.value}), execution);
    peers_[from.value].forget_one();
    if (!part) return;
    const Task& task = tasks_[id.value];
    const bool is_own = task.worker == from && task.execution == execution;
    const bool is_wanted_seat = part->is_seat && part->is_wanted;
    try {
        if (is_wanted_seat) {
            throw DecodeError("it gives back task " + std::to_string(id.value) + ", although nobody asked for it");
        }
        end_part(from, id, execution, *part);
        pass_on(from, scheduler::TaskReturned{id, execution, part->member}, *part);
    } catch (const DecodeError&) {
        // It was not asked for, or runs by its own report. Whoever gives it back will not run it: that must have an
        // end.
        if (is_own || is_wanted_seat) fail_execution(from, id, execution, *part);
        throw;
    }
}

// Before the scheduler hears of its end: it may start the next attempt at once.
void Coordinator::end_part(WorkerId from, TaskId id, Execution execution, const Part& part) {
    if (part.is_seat) {
        seats_.remove({id, execution}, from);
    } else if (tasks_[id.value].worker == from && tasks_[id.value].execution == execution) {
        tasks_[id.value].worker = WorkerId{};
    }
}

// With the exception at hand.
void Coordinator::fail_execution(WorkerId from, TaskId id, Execution execution, const Part& part) {
    Bytes failure;
    ByteWriter writer(failure);
    encode_failure(writer, capture_failure());
    outcome_ = failure.view();
    end_part(from, id, execution, part);
    pass_on(from,
            scheduler::TaskFinished{
                .task = id, .execution = execution, .end = scheduler::TaskEnd::raised, .member = part.member},
            part);
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
    const Execution execution{finished.execution};
    const auto part = part_of(from, id, execution);
    if (!part) {
        drop_unwanted();
        return;
    }
    const Task& task = tasks_[id.value];
    const bool is_own = task.worker == from && task.execution == execution;
    if (task.state && (is_own || (part->is_seat && part->is_wanted))) note_inputs_at(*task.state, from);
    outcome_ = finished.outcome;
    try {
        end_part(from, id, execution, *part);
        pass_on(
            from,
            scheduler::TaskFinished{.task = id,
                                    .execution = execution,
                                    .end = finished.raised ? scheduler::TaskEnd::raised : scheduler::TaskEnd::returned,
                                    .busy = busy,
                                    .result_bytes = kept_ ? kept_->size : 0,
                                    .member = part->member},
            *part);
    } catch (...) {
        drop_unwanted();
        throw;
    }
    outcome_ = {};
    drop_unwanted();
}

}  // namespace rankpool
