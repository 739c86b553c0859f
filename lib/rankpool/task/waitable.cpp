#include <exception>
#include <iostream>
#include <thread>

#include <rankpool/task/callback.hpp>
#include <rankpool/task/client.hpp>
#include <rankpool/task/waitable.hpp>

namespace rankpool {

FiberWaiter*& FiberWaiter::current() {
    thread_local FiberWaiter* waiter = nullptr;
    return waiter;
}

bool wait_until_ready(Client* client, Waitable& waitable, Instant deadline) {
    if (waitable.is_ready()) return true;
    if (FiberWaiter* const fiber = FiberWaiter::current()) return fiber->suspend_until(waitable, deadline);
    if (client != nullptr && client->help_until(waitable, deadline)) return true;
    // A future of no executor, or of one that has ended (a composition): its parts' executors make progress on their
    // own.
    while (!waitable.is_ready() && now() < deadline) std::this_thread::sleep_for(std::chrono::microseconds(100));
    return waitable.is_ready();
}

namespace {
thread_local CallbackWatcher* deferred_first = nullptr;
thread_local CallbackWatcher** deferred_last = &deferred_first;
}  // namespace

void CallbackWatcher::settled(TaskState& state) {
    state_ = StateRef(&state);
    deferred_next_ = nullptr;
    *deferred_last = this;
    deferred_last = &deferred_next_;
}

void CallbackWatcher::run_and_delete() {
    try {
        run(state_);
    } catch (const std::exception& error) {
        std::cerr << "rankpool: a done callback threw: " << error.what() << '\n';
    } catch (...) {
        std::cerr << "rankpool: a done callback threw something that is no std::exception\n";
    }
    delete this;
}

void run_deferred_callbacks() {
    while (deferred_first != nullptr) {
        CallbackWatcher* const callback = deferred_first;
        deferred_first = callback->deferred_next_;
        if (deferred_first == nullptr) deferred_last = &deferred_first;
        callback->run_and_delete();
    }
}

}  // namespace rankpool
