#include <algorithm>
#include <limits>

#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/coordinator/tell.hpp>
#include <rankpool/core/error.hpp>
#include <rankpool/task/callback.hpp>
#include <rankpool/task/future.hpp>
#include <rankpool/task/registry.hpp>
#include <rankpool/task/this_task.hpp>

namespace rankpool {
namespace {

// Taking in what has arrived between this many submits keeps the workers busy without a look at every one.
constexpr std::uint32_t submits_per_turn = 64;

}  // namespace

void Coordinator::require_open() const {
    if (broken_) throw BrokenExecutor(broken_->message);
    // Tasks that still run may submit what they need to end.
    if (is_closed_ || (is_shut_ && !this_task::exists())) {
        throw ShutdownError("the pool is shut down and takes no more tasks: submit before shutdown()");
    }
}

bool Coordinator::knows(const TaskState& state) const {
    const bool may_be_here = state.client() == this || state.origin >= 0;
    if (may_be_here && is_settled(state.status()) && state.is_elsewhere()) {
        return const_cast<Coordinator*>(this)->own_object(state) != nullptr;
    }
    return may_be_here && state.task.value < tasks_.size() && tasks_[state.task.value].state.get() == &state;
}

void Coordinator::wait_for_room(std::unique_lock<std::mutex>& lock) {
    // Tasks are not held up: what they submit may be what ends them, and makes room.
    if (!gate_.is_bounded() || this_task::exists()) return;
    ++waiters_;
    progress_.wait_until(
        lock, [&] { return is_shut_ || broken_ || gate_.may_submit(); }, Instant::max());
    --waiters_;
}

void Coordinator::submit(const StateRef& state, const TaskOptions& options) {
    StateRef foreign;
    {
        std::unique_lock lock(progress_.mutex());
        wait_for_room(lock);
        require_open();
        foreign = accept_or_hold(state, options);
        ++counts_.submitted;
        if (!foreign && ++submits_since_turn_ >= submits_per_turn) progress_.turn_once(lock);
    }
    if (foreign) go_on_after(foreign, state);
}

// Returns the input to wait for, if there is one of somebody else.
StateRef Coordinator::accept_or_hold(const StateRef& state, const TaskOptions& options) {
    const StateRef* const foreign =
        ForeignInputs::first_foreign(*state, [&](const TaskState& input) { return knows(input); });
    if (foreign != nullptr) {
        held_.hold(state, options);
        return *foreign;
    }
    accept(state, options);
    return {};
}

void Coordinator::go_on_after(const StateRef& input, const StateRef& state) {
    detail::on_settled(input, [client = ClientRef<Coordinator>(this), state](const StateRef& there) {
        detail::bring_here_if_any(*there);
        StateRef next;
        {
            const std::lock_guard lock(client->progress_.mutex());
            const ForeignInputs::Held held = client->held_.take(*state);
            if (!held.state) return;  // It was cancelled, or the pool is gone.
            try {
                next = client->accept_or_hold(state, held.options);
            } catch (...) {
                if (!is_settled(state->status())) state->fail(capture_failure());
            }
            client->progress_.wake();  // Whoever waits for the last task to end: it may be settled already.
        }
        if (next) client->go_on_after(next, state);
    });
}

bool Coordinator::settle_with_input(TaskState& state, const TaskState& input) {
    if (input.status() == Status::failed) {
        ++counts_.failed;
        state.fail_packed(input.outcome());
        return true;
    }
    if (input.status() == Status::cancelled) {
        ++counts_.cancelled;
        state.cancel();
        return true;
    }
    return false;
}

void Coordinator::accept(const StateRef& state, const TaskOptions& options) {
    inputs_.clear();
    if (const TaskExtras* const extras = state->extras_if_any()) {
        for (const StateRef& input : extras->inputs) {
            if (settle_with_input(*state, *input)) {
                if (state->origin >= 0) tell_settled(*state);
                return;
            }
            if (!is_settled(input->status())) inputs_.push_back(input->task);
        }
    }
    if (!options.name.empty() || !options.key.empty()) {
        state->extras().name = options.name;
        state->extras().key = options.key;
    }
    const bool is_journalled = is_for_journal(options);
    if (is_journalled && settle_from_journal(*state)) return;
    const scheduler::RequestId request = request_of(options);
    if (free_tasks_.empty()) {
        free_tasks_.push_back(TaskId{static_cast<std::uint32_t>(tasks_.size())});
        tasks_.emplace_back();
    }
    state->task = free_tasks_.back();
    free_tasks_.pop_back();
    tasks_[state->task.value] = {
        .state = state, .worker = {}, .execution = {}, .request = request, .is_for_journal = is_journalled};
    state->priority = options.priority;
    gate_.enter(state->call().size());
    progress_.became_busy();
    const int retries = std::clamp(options.retries, 0, int{std::numeric_limits<std::uint16_t>::max()});
    scheduler::TaskSubmitted event{.task = state->task,
                                   .function = state->function,
                                   .priority = options.priority,
                                   .level = state->level,
                                   .retries = static_cast<std::uint16_t>(retries),
                                   .inputs = inputs_,
                                   .request = request,
                                   .is_speculative = options.speculative && peers_.size() > 1};
    find_near(*state, event);
    scheduler_.on(event, now_, commands_);
    carry_out();
    // A worker with nothing to do is not made to wait for a full message.
    for (const WorkerId worker : dirty_) {
        if (peers_[worker.value].unfinished <= peers_[worker.value].hello.slots) {
            flush();
            break;
        }
    }
}

void Coordinator::accept_remote(WorkerId from, const protocol::Record& record) {
    Peer& peer = peers_[from.value];
    const std::uint32_t token = record.header.id;
    // A rank numbers its submissions densely, and uses a number again once it has released it.
    if (token > peer.submitted.size() || (token < peer.submitted.size() && peer.submitted[token])) {
        throw DecodeError("it submits a task by a number that is not free");
    }
    const StateRef state(new TaskState(this));
    state->origin = static_cast<Rank>(from.value);
    state->origin_token = token;
    TaskOptions options;
    try {
        options = read_call(from, protocol::read_submit(record), *state);
        if (broken_) state->fail(*broken_);
    } catch (const DecodeError& error) {
        complain(peer, error.what());
        state->fail(capture_failure());
    }
    ++counts_.submitted;
    if (token == peer.submitted.size()) peer.submitted.emplace_back();
    peer.submitted[token] = state;
    if (!is_settled(state->status())) {
        try {
            accept(state, options);
            return;
        } catch (const ConfigError&) {  // What it needs makes no sense.
            state->fail(capture_failure());
        }
    }
    ++counts_.failed;
    tell_settled(*state);
}

WorkerId Coordinator::worker_on(Rank rank) const {
    for (std::uint32_t i = 0; i < peers_.size(); ++i) {
        if (peers_[i].rank == rank) return WorkerId{i};
    }
    std::string ranks;
    constexpr std::size_t named_max = 16;
    for (std::size_t i = 0; i < peers_.size() && i <= named_max; ++i) {
        ranks += i == 0 ? "" : ", ";
        ranks += i == named_max ? "..." : std::to_string(peers_[i].rank);
    }
    throw ConfigError("a task is to run on rank " + std::to_string(rank) +
                      ", where no tasks run; those that run tasks are " + ranks +
                      " (PoolOptions::coordinator_work lets rank 0 run tasks too)");
}

scheduler::RequestId Coordinator::request_of(const TaskOptions& options) {
    if (!has_needs(options)) return {};
    const Needs needs = needs_of(options);
    return requests_.find(needs, needs.on_rank >= 0 ? worker_on(needs.on_rank) : WorkerId{}, now_);
}

TaskOptions Coordinator::read_call(WorkerId from, const protocol::Submit& submit, TaskState& state) const {
    state.function = find_function(FunctionId{submit.function}).id();
    state.level = submit.level;
    state.stream = submit.stream;
    state.keep = static_cast<Keep>(submit.keep);
    state.call() = Bytes(submit.packed);
    for (const protocol::SubmitInput& input : submit.inputs) {
        if (input.token != protocol::SubmitInput{}.token) {
            state.extras().inputs.push_back(submitted_by(from, input.token));
        } else {
            const StateRef value(new TaskState(nullptr));
            value->succeed(Bytes(input.value));
            state.extras().inputs.push_back(value);
        }
    }
    TaskOptions options;
    if (!submit.needs.empty()) {
        ByteReader reader(submit.needs);
        set_needs(options, decode_needs(reader));
    }
    options.name = submit.name;
    options.key = submit.key;
    options.priority = submit.priority;
    options.speculative = submit.is_speculative;
    options.retries =
        static_cast<int>(std::min<std::uint32_t>(submit.retries, std::numeric_limits<std::uint16_t>::max()));
    return options;
}

void Coordinator::cancel_locked(TaskState& state) {
    if (is_settled(state.status()) || !knows(state)) return;
    scheduler_.on(scheduler::CancelRequested{state.task}, now_, commands_);
    carry_out();
}

bool Coordinator::cancel(TaskState& state) {
    const StateRef kept(&state);
    Waitable answered;
    {
        const std::lock_guard lock(progress_.mutex());
        if (is_settled(state.status())) return state.status() == Status::cancelled;
        if (const auto held = held_.take(state); held.state) {
            ++counts_.cancelled;
            state.cancel();
            return true;
        }
        if (!knows(state)) return false;
        cancel_waits_.emplace(&state, &answered);
        cancel_locked(state);
        flush();
    }
    wait_until_ready(this, answered, Instant::max());
    const std::lock_guard lock(progress_.mutex());  // Whoever signals it holds this lock, and has let go of it now.
    return state.status() == Status::cancelled;
}

void Coordinator::request_stop(TaskState& state) {
    const std::lock_guard lock(progress_.mutex());
    request_stop_locked(state);
    flush();
}

void Coordinator::request_stop_locked(TaskState& state) {
    if (!knows(state)) return;
    Task& task = tasks_[state.task.value];
    task.must_stop = true;  // Later attempts learn of it when they are assigned.
    if (task.worker.is_valid()) {
        tell(task.worker, protocol::Kind::stop_task, state.task.value, task.execution.value);
    }
    seats_.visit(state.task, [&](ObjectId execution, const Seats::Seat& seat) {
        if (!seat.is_wanted) return;
        tell(seat.worker, protocol::Kind::stop_task, execution.task.value, execution.execution.value);
    });
}

void Coordinator::break_down(const Failure& failure) {
    if (broken_) return;
    broken_ = failure;
    drop_all(failure);
}

void Coordinator::drop_all(const Failure& failure) {
    seats_.clear();  // The scheduler is not asked any more.
    for (Task& task : tasks_) {
        const StateRef state = std::exchange(task.state, StateRef());
        if (!state || is_settled(state->status())) continue;
        gate_.leave(state->call().size());
        ++counts_.failed;
        if (state->local()) abandoned_calls_.push_back(state->local());
        state->fail(failure);
        if (state->origin >= 0) tell_settled(*state);
        answer_cancel(*state);
    }
    while (const StateRef state = held_.take_any().state) {
        if (!is_settled(state->status())) state->fail(failure);
    }
}

}  // namespace rankpool
