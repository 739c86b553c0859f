#pragma once

#include <utility>

#include <rankpool/task/state.hpp>

namespace rankpool {

/// A function to run once when a state is settled: by the thread that settles it, after it has let go of its locks.
class CallbackWatcher : public Watcher {
  public:
    /// Hands the callback to the state, which owns it from now on; runs it at once if the state is settled.
    static void attach(CallbackWatcher* callback, const StateRef& state) {
        if (!state->watch(*callback)) {
            callback->state_ = state;
            callback->run_and_delete();
        }
    }

  private:
    friend void run_deferred_callbacks();
    void settled(TaskState& state) final;
    virtual void run(const StateRef& state) = 0;
    void run_and_delete();

    StateRef state_;
    CallbackWatcher* deferred_next_ = nullptr;
};

namespace detail {

template <class F>
class FunctionCallback final : public CallbackWatcher {
  public:
    explicit FunctionCallback(F function) : function_(std::move(function)) {}

  private:
    void run(const StateRef& state) override { function_(state); }
    F function_;
};

/// Calls `function(const StateRef&)` once the state is settled.
template <class F>
void on_settled(const StateRef& state, F function) {
    CallbackWatcher::attach(new FunctionCallback<F>(std::move(function)), state);
}

}  // namespace detail
}  // namespace rankpool
