#include <deque>
#include <mutex>

#include <rankpool/core/error.hpp>
#include <rankpool/task/callback.hpp>
#include <rankpool/task/needs.hpp>
#include <rankpool/worker/remote_client.hpp>
#include <rankpool/worker/worker.hpp>

namespace rankpool {

RemoteClient::RemoteClient(Worker& worker) : worker_(&worker) {}

bool RemoteClient::knows(const TaskState& state) const {
    return state.client() == this && state.origin_token < states_.size() && states_[state.origin_token].get() == &state;
}

void RemoteClient::submit(const StateRef& state, const TaskOptions& options) {
    if (worker_ == nullptr) throw ShutdownError("the pool this task ran in is shut down; it takes no more tasks");
    StateRef foreign;
    {
        const std::lock_guard lock(worker_->progress_.mutex());
        const StateRef* const found =
            ForeignInputs::first_foreign(*state, [&](const TaskState& input) { return knows(input); });
        if (found == nullptr) {
            held_.take(*state);
            send(state, options);
            return;
        }
        foreign = *found;
        if (!held_.holds(*state)) held_.hold(state, options);
    }
    // When that input is settled, look again: there may be more.
    detail::on_settled(foreign, [client = ClientRef<RemoteClient>(this), state, options](const StateRef&) {
        if (!is_settled(state->status())) client->submit(state, options);
    });
}

void RemoteClient::send(const StateRef& state, const TaskOptions& options) {
    Bytes needs;
    if (has_needs(options)) {
        ByteWriter writer(needs);
        encode_needs(writer, needs_of(options));
    }
    protocol::Submit submit{.token = take_token(state),
                            .level = state->level,
                            .function = state->function.value,
                            .priority = options.priority,
                            .retries = static_cast<std::uint32_t>(std::max(options.retries, 0)),
                            .name = options.name,
                            .key = options.key,
                            .stream = state->stream,
                            .needs = needs.view(),
                            .inputs = {},
                            .packed = state->call().view()};
    std::deque<Bytes> values;  // what the submit record borrows
    if (const TaskExtras* const extras = state->extras_if_any()) {
        for (const StateRef& input : extras->inputs) {
            if (input->status() == Status::succeeded) {
                input->append_result(values.emplace_back());
                submit.inputs.push_back({.token = protocol::SubmitInput{}.token, .value = values.back().view()});
            } else if (knows(*input)) {
                submit.inputs.push_back({.token = input->origin_token, .value = {}});
            } else {  // It failed or was cancelled: so is this. A copy, because settling lets go of the inputs.
                const StateRef failed = input;  // NOLINT(performance-unnecessary-copy-initialization)
                states_[submit.token] = StateRef();
                free_tokens_.push_back(submit.token);
                if (failed->status() == Status::cancelled) {
                    state->cancel();
                } else {
                    state->fail_packed(failed->outcome());
                }
                return;
            }
        }
    }
    worker_->tell(submit);
    state->call() = Bytes();
}

std::uint32_t RemoteClient::take_token(const StateRef& state) {
    if (free_tokens_.empty()) {
        free_tokens_.push_back(static_cast<std::uint32_t>(states_.size()));
        states_.emplace_back();
    }
    const std::uint32_t token = free_tokens_.back();
    free_tokens_.pop_back();
    states_[token] = state;
    state->origin_token = token;
    return token;
}

void RemoteClient::on_settled(const protocol::Settled& settled) {
    if (settled.token >= states_.size() || !states_[settled.token]) {
        throw DecodeError("a message settles a task that this rank did not submit");
    }
    const StateRef state = std::exchange(states_[settled.token], StateRef());
    free_tokens_.push_back(settled.token);
    worker_->tell(protocol::Kind::release, settled.token);
    switch (static_cast<Status>(settled.status)) {
        case Status::succeeded:
            state->succeed(Bytes(settled.outcome));
            break;
        case Status::failed:
            state->fail_packed(Bytes(settled.outcome));
            break;
        case Status::pending:
        case Status::running:
        case Status::cancelled:
            state->cancel();
            break;
    }
    answer_cancel(*state);
}

void RemoteClient::on_cancel_refused(std::uint32_t token) {
    if (token < states_.size() && states_[token]) answer_cancel(*states_[token]);
}

void RemoteClient::answer_cancel(TaskState& state) {
    const auto [begin, end] = cancel_waits_.equal_range(&state);
    for (auto wait = begin; wait != end; ++wait) wait->second->signal();
    cancel_waits_.erase(begin, end);
}

bool RemoteClient::cancel(TaskState& state) {
    Waitable answered;
    {
        if (worker_ == nullptr) return state.status() == Status::cancelled;
        const std::lock_guard lock(worker_->progress_.mutex());
        if (is_settled(state.status())) return state.status() == Status::cancelled;
        if (const auto held = held_.take(state); held.state) {
            state.cancel();
            return true;
        }
        if (!knows(state)) return false;  // Composed of others.
        worker_->tell(protocol::Kind::cancel, state.origin_token);
        cancel_waits_.emplace(&state, &answered);
    }
    wait_until_ready(this, answered, Instant::max());
    const std::lock_guard lock(worker_->progress_.mutex());  // Whoever signals it has let go of this lock now.
    return state.status() == Status::cancelled;
}

void RemoteClient::request_stop(TaskState& state) {
    if (worker_ == nullptr) return;
    const std::lock_guard lock(worker_->progress_.mutex());
    if (!is_settled(state.status()) && knows(state)) worker_->tell(protocol::Kind::request_stop, state.origin_token);
}

bool RemoteClient::help_until(Waitable& waitable, Instant deadline) {
    // A thread that a task started. The worker's own threads suspend instead.
    if (worker_ == nullptr) return waitable.is_ready();
    std::unique_lock lock(worker_->progress_.mutex());
    return worker_->progress_.wait_until(
        lock, [&] { return waitable.is_ready(); }, deadline);
}

void RemoteClient::close() {
    const Failure gone = broken_executor_failure("the pool ended before this task did");
    for (StateRef& state : states_) {
        if (!state) continue;
        const StateRef last = std::exchange(state, StateRef());
        if (!is_settled(last->status())) last->fail(gone);
        answer_cancel(*last);
    }
    while (const StateRef state = held_.take_any().state) {
        if (!is_settled(state->status())) state->fail(gone);
    }
    worker_ = nullptr;
}

}  // namespace rankpool
