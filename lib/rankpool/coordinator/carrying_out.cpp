#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/coordinator/tell.hpp>
#include <rankpool/core/error.hpp>

namespace rankpool {

void Coordinator::carry_out() {
    for (const scheduler::Command& command : commands_) {
        std::visit([this](const auto& alternative) { carry_out(alternative); }, command);
    }
    commands_.clear();
    // Only now: commands name inputs that were settled earlier in the same list.
    for (const TaskId id : settled_tasks_) {
        tasks_[id.value].state = StateRef();
        tasks_[id.value].waits_for.clear();
        free_tasks_.push_back(id);
    }
    settled_tasks_.clear();
}

void Coordinator::carry_out(const scheduler::AssignTask& command) {
    Task& task = tasks_[command.task.value];
    TaskState& state = *task.state;
    if (command.member != 0) {
        seats_.add({command.task, command.execution}, {.worker = command.worker, .member = command.member});
    } else {
        // A copy: what ran until now goes on beside it.
        if (task.worker.is_valid()) seats_.add({command.task, task.execution}, {.worker = task.worker});
        task.worker = command.worker;
        task.execution = command.execution;
        task.waits_for.clear();
    }
    protocol::Assign assign{.task = command.task.value,
                            .execution = command.execution.value,
                            .level = state.level,
                            .function = state.function.value,
                            .attempt = command.attempt,
                            .member = command.member,
                            .members = command.members,
                            .priority = state.priority,
                            .is_local = static_cast<bool>(state.local()),
                            .must_stop = task.must_stop,
                            .keep = static_cast<protocol::KeepRule>(state.keep),
                            .name = {},
                            .key = {},
                            .stream = state.stream,
                            .packed = state.call().view(),
                            .inputs = {}};
    const void* const local = state.local().get();
    Bytes inputs;
    if (const TaskExtras* const extras = state.extras_if_any()) {
        assign.name = extras->name;
        assign.key = extras->key;
        if (!assign.is_local && !extras->inputs.empty()) {
            inputs = gather_inputs(state, command.worker);
            assign.inputs = inputs.view();
        }
    }
    if (assign.is_local) assign.packed = std::as_bytes(std::span(&local, 1));
    ++peers_[command.worker.value].unfinished;
    tell(command.worker, assign);
}

Bytes Coordinator::gather_inputs(const TaskState& state, WorkerId to) {
    Bytes inputs;
    ByteWriter writer(inputs);
    for (const StateRef& input : state.extras_if_any()->inputs) {
        if (Objects::Object* const object = own_object(*input)) {
            append_reference(writer, *input, *object, to);
        } else {
            input->append_input(inputs);
        }
    }
    return inputs;
}

void Coordinator::carry_out(const scheduler::RevokeTask& command) {
    tell(command.worker, protocol::Kind::revoke, command.task.value, command.execution.value);
}

void Coordinator::carry_out(const scheduler::StopTask& command) {
    const ObjectId execution{command.task, command.execution};
    Seats::Seat* const seat = seats_.find(execution, command.worker);
    if (seat != nullptr) {
        seat->is_wanted = false;
    } else {  // It was the task's own.
        seats_.add(execution, {.worker = command.worker, .member = command.member, .is_wanted = false});
        Task& task = tasks_[command.task.value];
        if (task.execution == command.execution) task.worker = WorkerId{};
    }
    // Given back if it has not started, else told that nobody wants it.
    tell(command.worker, protocol::Kind::revoke, command.task.value, command.execution.value);
    tell(command.worker, protocol::Kind::stop_task, command.task.value, command.execution.value);
}

void Coordinator::carry_out(const scheduler::SettleTask& command) {
    const StateRef state = tasks_[command.task.value].state;
    const auto cause = [&]() -> const TaskState& { return *tasks_[command.cause.value].state; };
    gate_.leave(state->call().size());  // Its outcome takes the place of the call now.
    if (!seats_.is_empty()) seats_.settle(command.task);
    switch (command.settlement) {
        case scheduler::Settlement::succeeded:
            ++counts_.succeeded;
            if (kept_) {
                keep_result(*state, *std::exchange(kept_, std::nullopt));
            } else {
                if (tasks_[command.task.value].is_for_journal) note_in_journal(*state, outcome_);
                state->succeed(Bytes(outcome_));
            }
            break;
        case scheduler::Settlement::failed:
            ++counts_.failed;
            state->fail_packed(Bytes(outcome_));
            break;
        case scheduler::Settlement::input_failed:
            ++counts_.failed;
            state->fail_packed(cause().outcome());
            break;
        case scheduler::Settlement::infeasible:
            ++counts_.failed;
            state->fail(failure_from(InfeasibleError(
                "no worker of this pool can ever run the task: " +
                with_ranks(scheduler_.explain(tasks_[command.task.value].request)) +
                " (a rank's resources come from PoolOptions::resources or RANKPOOL_RESOURCES=gpu=2,memory=64GiB)")));
            break;
        case scheduler::Settlement::quarantined:
            ++counts_.failed;
            state->fail(broken_executor_failure("the task was given up, because every worker that ran it died: " +
                                                with_ranks(scheduler_.story(command.task))));
            break;
        case scheduler::Settlement::cancelled:
        case scheduler::Settlement::input_cancelled:
            if (is_giving_up_) {
                ++counts_.failed;
                ++counts_.not_started;
                state->fail(failure_from(WalltimeError(words_of_no_time())));
                break;
            }
            ++counts_.cancelled;
            state->cancel();
            break;
    }
    settled_tasks_.push_back(command.task);
    if (state->origin >= 0) tell_settled(*state);
    answer_cancel(*state);
}

void Coordinator::carry_out(const scheduler::RefuseCancel& command) {
    TaskState& state = *tasks_[command.task.value].state;
    if (state.origin >= 0) {
        tell(WorkerId{static_cast<std::uint32_t>(state.origin)}, protocol::Kind::cancel_refused, state.origin_token);
    }
    answer_cancel(state);
}

void Coordinator::tell_settled(const TaskState& state) {
    const bool is_kept = state.status() == Status::succeeded && state.is_elsewhere();
    Bytes object;
    if (is_kept) {
        ByteWriter writer(object);
        encode_object(writer, state.object());
    }
    tell(WorkerId{static_cast<std::uint32_t>(state.origin)},
         protocol::Settled{.token = state.origin_token,
                           .status = static_cast<std::uint8_t>(state.status()),
                           .is_kept = is_kept,
                           .outcome = is_kept ? object.view() : state.outcome().view()});
}

void Coordinator::answer_cancel(TaskState& state) {
    if (cancel_waits_.empty()) return;
    const auto [begin, end] = cancel_waits_.equal_range(&state);
    for (auto wait = begin; wait != end; ++wait) wait->second->signal();
    cancel_waits_.erase(begin, end);
}

// The scheduler numbers workers; people know ranks and hosts.
std::string Coordinator::with_ranks(const std::string& words) const {
    static constexpr std::string_view mark = "worker ";
    std::string text;
    std::size_t at = 0;
    for (std::size_t found = 0; (found = words.find(mark, at)) != std::string::npos;) {
        const std::size_t digits = found + mark.size();
        const std::size_t end = std::min(words.find_first_not_of("0123456789", digits), words.size());
        text.append(words, at, found - at);
        const std::size_t number = end == digits ? peers_.size() : std::stoul(words.substr(digits, end - digits));
        if (number < peers_.size()) {
            text += "rank " + std::to_string(peers_[number].rank) + " (" + peers_[number].hello.host + ")";
        } else {
            text.append(words, found, end - found);
        }
        at = end;
    }
    return text.append(words, at);
}

void Coordinator::flush() {
    for (const WorkerId worker : dirty_) {
        peers_[worker.value].outbox.flush();
        peers_[worker.value].is_dirty = false;
    }
    dirty_.clear();
}

}  // namespace rankpool
