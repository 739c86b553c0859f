#pragma once

#include <functional>
#include <unordered_map>

#include <rankpool/task/callback.hpp>
#include <rankpool/task/options.hpp>
#include <rankpool/task/state.hpp>

namespace rankpool {

/// Calls that cannot be sent on yet because they take futures of somebody else: of another executor, or composed ones.
/// Guarded by the owner's lock.
class ForeignInputs {
  public:
    /// Holds a call until `inputs` of its inputs have been settled; then `release` is called (with no lock held).
    void hold(const StateRef& state, TaskOptions options) {
        held_.emplace(state.get(), Held{state, std::move(options)});
    }
    bool holds(const TaskState& state) const { return held_.count(const_cast<TaskState*>(&state)) != 0; }
    bool is_empty() const { return held_.empty(); }

    struct Held {
        StateRef state;
        TaskOptions options;
    };
    /// Takes a call out, to send it on or to settle it; empty if it is not held.
    Held take(TaskState& state) {
        const auto found = held_.find(&state);
        if (found == held_.end()) return {};
        Held held = std::move(found->second);
        held_.erase(found);
        return held;
    }
    Held take_any() { return held_.empty() ? Held{} : take(*held_.begin()->first); }

    /// The first input of `state` for which `is_own` is false and whose result is not here, or not at all yet; null if
    /// there is none.
    template <class IsOwn>
    static const StateRef* first_foreign(const TaskState& state, IsOwn is_own) {
        if (state.extras_if_any() == nullptr) return nullptr;
        for (const StateRef& input : state.extras_if_any()->inputs) {
            const bool is_here = is_settled(input->status()) && !(input->is_elsewhere() && !input->is_fetched());
            if (!is_here && !is_own(*input)) return &input;
        }
        return nullptr;
    }

  private:
    std::unordered_map<TaskState*, Held> held_;
};

}  // namespace rankpool
