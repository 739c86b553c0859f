// What the journal of earlier runs knows is not run again, and what succeeds is added to it.
#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/journal/journal.hpp>
#include <rankpool/task/module_address.hpp>
#include <rankpool/task/registry.hpp>

namespace rankpool {

void Coordinator::use_journal(std::unique_ptr<journal::Journal> journal, std::uint64_t seed) {
    journal_ = std::move(journal);
    seed_ = seed;
}

std::uint64_t Coordinator::tasks_from_journal() {
    const std::lock_guard lock(progress_.mutex());
    return from_journal_;
}

// A key that is given holds for all versions of the program. A derived one is of all that decides on the result: the
// program, the function, its arguments and inputs, and its random numbers.
std::optional<journal::TaskKey> Coordinator::journal_key(TaskState& state) const {
    const TaskExtras* const extras = state.extras_if_any();
    if (extras != nullptr && !extras->key.empty()) {
        return journal::key_of({journal::part("given"), journal::part(extras->key)});
    }
    Bytes inputs;
    if (extras != nullptr) {
        for (const StateRef& input : extras->inputs) {
            if (input->status() != Status::succeeded || input->is_elsewhere()) return std::nullopt;
            input->append_input(inputs);
        }
    }
    const std::uint64_t function = state.function.value;
    const std::uint64_t program = program_fingerprint();
    return journal::key_of({journal::part("derived"), journal::part(program), journal::part(function),
                            journal::part(seed_), journal::part(state.stream), state.call().view(), inputs.view()});
}

// What is bound to a rank, or runs on several, is often there for what it does, and not for what it returns.
bool Coordinator::is_for_journal(const TaskOptions& options) const {
    return journal_ && (!options.key.empty() || (options.on_rank < 0 && options.ranks <= 1));
}

bool Coordinator::settle_from_journal(TaskState& state) {
    // The journal wants the result here in any case.
    if (state.keep == Keep::if_large) state.keep = Keep::never;
    const auto key = journal_key(state);
    if (!key) return false;
    std::optional<Bytes> result = journal_->find(*key);
    if (!result) return false;
    ++counts_.succeeded;
    ++from_journal_;
    state.succeed(*std::move(result));
    if (state.origin >= 0) tell_settled(state);
    return true;
}

void Coordinator::note_in_journal(TaskState& state, BytesView result) {
    const auto key = journal_key(state);
    if (!key) return;
    journal_->add(*key, name_of(state), result);
}

}  // namespace rankpool
