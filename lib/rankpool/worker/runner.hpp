#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include <boost/context/fiber.hpp>

#include <rankpool/core/time.hpp>
#include <rankpool/task/this_task.hpp>
#include <rankpool/task/waitable.hpp>

namespace rankpool {

/// A flow of control that takes tasks and runs them, one after the other. While its task waits for another task, the
/// thread goes on with a different runner; so nothing is switched for tasks that never wait.
struct Runner {
    boost::context::fiber flow;  ///< where it goes on; empty while it runs
    const this_task::Context* context = nullptr;
    alignas(void*) unsigned char exceptions[2 * sizeof(void*)] = {};  ///< the C++ runtime's per-thread exception state
    void* fake_stack = nullptr;                                       // for AddressSanitizer
    const void* stack_bottom = nullptr;
    std::size_t stack_bytes = 0;
    void* sanitizer_fiber = nullptr;  // for ThreadSanitizer

    Waitable* waits_for = nullptr;  ///< while its task is suspended (guarded by the switcher's user)
    Instant wait_deadline = Instant::max();
    bool is_queued = false;  ///< ready to go on
    std::size_t place = 0;   ///< in the list of suspended runners
    bool must_end = false;

    Runner() = default;
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;
    ~Runner();
};

/// Switches between the runners of one thread. The first runner is the thread itself, on its own stack.
class RunnerSwitch {
  public:
    /// `body(Runner&)` is what further runners do; it returns when they are to end, to whoever
    /// switched to them last.
    RunnerSwitch(std::size_t stack_bytes, std::function<void(Runner&)> body);
    ~RunnerSwitch();
    RunnerSwitch(const RunnerSwitch&) = delete;
    RunnerSwitch& operator=(const RunnerSwitch&) = delete;

    Runner& current() { return *current_; }
    Runner& main() { return main_; }

    /// A new runner, not started.
    std::unique_ptr<Runner> make_runner();
    /// Goes on with another runner; returns when somebody switches back to the current one.
    void switch_to(Runner& target);

  private:
    void leave(Runner& from, const Runner& target, bool for_good);
    void arrive(Runner& here, boost::context::fiber previous_flow);

    std::size_t stack_bytes_;
    std::function<void(Runner&)> body_;
    Runner main_;
    Runner* current_ = &main_;
    Runner* previous_ = nullptr;
};

}  // namespace rankpool
