#include <atomic>

#include <rankpool/executor/actor.hpp>
#include <rankpool/executor/executor.hpp>

namespace rankpool::detail {

void settle_after(const StateRef& done, const StateRef& state, const StateRef& before) {
    on_settled(state, [done, before](const StateRef&) {
        // A call that was cancelled has ended before those in front of it.
        on_settled(before, [done](const StateRef&) { done->succeed({}); });
    });
}

StateRef settled_state(Bytes value) {
    StateRef state(new TaskState(nullptr));
    state->succeed(std::move(value));
    return state;
}

Client& client_here() { return this_task::executor().client(); }

std::size_t next_actor_place() {
    static std::atomic<std::size_t> count{0};
    return count++;
}

}  // namespace rankpool::detail
