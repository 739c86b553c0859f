#include <deque>
#include <mutex>

#include <rankpool/core/error.hpp>
#include <rankpool/task/callback.hpp>
#include <rankpool/task/future.hpp>
#include <rankpool/task/needs.hpp>
#include <rankpool/worker/remote_client.hpp>
#include <rankpool/worker/worker.hpp>

namespace rankpool {

RemoteClient::RemoteClient(Worker& worker) : worker_(&worker), progress_(&worker.progress_) {}

bool RemoteClient::knows(const TaskState& state) const {
    if (state.client() != this || state.origin_token >= states_.size()) return false;
    if (states_[state.origin_token].get() == &state) return true;
    const auto kept = kept_.find(state.origin_token);
    return kept != kept_.end() && kept->second == &state;
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
    detail::on_settled(foreign, [client = ClientRef<RemoteClient>(this), state, options](const StateRef& input) {
        detail::bring_here_if_any(*input);
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
                            .keep = static_cast<protocol::KeepRule>(state->keep),
                            .is_speculative = options.speculative,
                            .name = options.name,
                            .key = options.key,
                            .stream = state->stream,
                            .needs = needs.view(),
                            .inputs = {},
                            .packed = state->call().view()};
    std::deque<Bytes> values;  // what the submit record borrows
    if (const TaskExtras* const extras = state->extras_if_any()) {
        for (const StateRef& input : extras->inputs) {
            if (input->status() == Status::succeeded && !(input->is_elsewhere() && knows(*input))) {
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
    const bool is_kept = settled.is_kept && static_cast<Status>(settled.status) == Status::succeeded;
    if (is_kept) {  // The token stands for it until the last handle is gone.
        kept_.emplace(settled.token, state.get());
    } else {
        free_tokens_.push_back(settled.token);
        worker_->tell(protocol::Kind::release, settled.token);
    }
    switch (static_cast<Status>(settled.status)) {
        case Status::succeeded:
            if (is_kept) {
                ByteReader reader(settled.outcome);
                state->succeed_elsewhere(decode_object(reader));
            } else {
                state->succeed(Bytes(settled.outcome));
            }
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

std::vector<std::uint32_t> RemoteClient::tokens_of(const Waitable& waitable) const {
    std::vector<std::uint32_t> tokens;
    for (std::size_t i = 0; i < waitable.awaited_count; ++i) {
        const TaskState& state = *waitable.awaited[i];
        if (is_settled(state.status()) || !knows(state)) return {};
        tokens.push_back(state.origin_token);
    }
    return tokens;
}

void RemoteClient::on_cancel_refused(std::uint32_t token) {
    if (token < states_.size() && states_[token]) answer_cancel(*states_[token]);
}

void RemoteClient::answer_cancel(TaskState& state) {
    const auto [begin, end] = cancel_waits_.equal_range(&state);
    for (auto wait = begin; wait != end; ++wait) wait->second->signal();
    cancel_waits_.erase(begin, end);
}

Rank RemoteClient::rank_for(std::size_t i) {
    if (worker_ == nullptr) throw ShutdownError("the pool this task ran in is shut down; it takes no more tasks");
    // Whether rank 0 works too is not known here; all others do.
    return 1 + static_cast<Rank>(i % static_cast<std::size_t>(worker_->transport_.size() - 1));
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

void RemoteClient::fetch(TaskState& state, Waitable& arrived) {
    if (worker_ != nullptr) {
        const std::lock_guard lock(worker_->progress_.mutex());
        worker_->fetch_for(state, arrived);
        return;
    }
    state.lose("it stayed there, and the pool has ended");
    arrived.signal();
}

void RemoteClient::leave_fetch(TaskState& state, Waitable& arrived) {
    if (worker_ == nullptr) return;
    const std::lock_guard lock(worker_->progress_.mutex());
    if (Fetches::Coming* const coming = worker_->fetches_.find_coming(state.object().id)) coming->leave(arrived);
}

void RemoteClient::forget(const TaskState& state) {
    const std::lock_guard lock(forget_mutex_);
    if (progress_ == nullptr) return;
    forgotten_.push_back(state.origin_token);
    has_releases_.store(true, std::memory_order_release);
    progress_->nudge();
}

void RemoteClient::send_releases() {
    if (!has_releases()) return;
    std::vector<std::uint32_t> tokens;
    {
        const std::lock_guard lock(forget_mutex_);
        tokens.swap(forgotten_);
        has_releases_.store(false, std::memory_order_release);
    }
    for (const std::uint32_t token : tokens) {
        kept_.erase(token);
        free_tokens_.push_back(token);
        worker_->tell(protocol::Kind::release, token);
    }
}

bool RemoteClient::help_until(Waitable& waitable, Instant deadline) {
    // A thread that a task started. The worker's own threads suspend instead.
    if (worker_ == nullptr) return waitable.is_ready();
    std::unique_lock lock(worker_->progress_.mutex());
    return worker_->progress_.wait_until(
        lock, [&] { return waitable.is_ready(); }, deadline);
}

void RemoteClient::attend(int more) {
    if (worker_ == nullptr) return;
    const std::lock_guard lock(worker_->progress_.mutex());
    worker_->progress_.attend(more);
}

void RemoteClient::close() {
    {
        const std::lock_guard lock(forget_mutex_);
        progress_ = nullptr;
    }
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
