#include <sstream>

#include <rankpool/task/future.hpp>

namespace rankpool::detail {
namespace {

// Tells one waiter about one state.
class SingleWait final : public Watcher {
  public:
    explicit SingleWait(TaskState& state) : state_(&state) {
        waitable_.awaited = &state_;
        waitable_.awaited_count = 1;
        is_watching_ = state.watch(*this);  // Last: from here on settled() may be called.
    }
    ~SingleWait() override {
        if (is_watching_) state_->unwatch(*this);
    }
    bool wait(Instant deadline) { return !is_watching_ || wait_until_ready(state_->client(), waitable_, deadline); }

  private:
    void settled(TaskState&) override { waitable_.signal(); }
    StateRef state_;
    Waitable waitable_;
    bool is_watching_ = false;
};

}  // namespace

bool wait_settled(TaskState& state, Instant deadline) {
    if (is_settled(state.status())) return true;
    return SingleWait(state).wait(deadline);
}

void throw_if_unsuccessful(const TaskState& state) {
    if (state.status() == Status::cancelled) throw CancelledError();
    if (state.status() == Status::failed) throw_failure(state.failure());
}

StoredRef bring_here(TaskState& state, Instant deadline) {
    for (;;) {
        if (StoredRef value = state.fetched()) return value;
        Waitable arrived;
        state.client()->fetch(state, arrived);
        wait_until_ready(state.client(), arrived, deadline);
        state.client()->leave_fetch(state, arrived);  // Whoever signals it has let go of it then.
        if (arrived.is_ready()) continue;
        const ObjectRef& object = state.object();
        throw TimeoutError("the task has ended, but its result (" + std::to_string(object.size) +
                           " bytes, kept on rank " + std::to_string(object.holder) +
                           ") has not come in the time given; it goes on coming: ask again");
    }
}

void bring_here_if_any(TaskState& state) {
    if (state.status() != Status::succeeded || !state.is_elsewhere()) return;
    try {
        bring_here(state);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): whoever reads it learns of it.
    }
}

std::exception_ptr exception_of(const TaskState& state) {
    try {
        throw_if_unsuccessful(state);
    } catch (...) {
        return std::current_exception();
    }
    return nullptr;
}

void throw_timeout(const TaskState& state, Duration timeout) {
    std::ostringstream text;
    text << "the task has no result after " << in_seconds(timeout) << " s and goes on ("
         << (state.status() == Status::running ? "it is running" : "it has not been seen running yet")
         << "): wait again, or cancel() it";
    throw TimeoutError(text.str());
}

}  // namespace rankpool::detail
