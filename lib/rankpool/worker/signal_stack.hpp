#pragma once

#include <csignal>
#include <cstddef>
#include <memory>

namespace rankpool {

/// A stack for this thread's signal handlers, so that a task that has used up its own can still be reported. Leaves one
/// that is there already.
class SignalStack {
  public:
    SignalStack() {
        stack_t current{};
        if (sigaltstack(nullptr, &current) != 0 || (current.ss_flags & SS_DISABLE) == 0) return;
        memory_ = std::make_unique<std::byte[]>(bytes);
        stack_t stack{};
        stack.ss_sp = memory_.get();
        stack.ss_size = bytes;
        if (sigaltstack(&stack, nullptr) != 0) memory_.reset();
    }
    ~SignalStack() {
        if (!memory_) return;
        stack_t none{};
        none.ss_flags = SS_DISABLE;
        sigaltstack(&none, nullptr);
    }
    SignalStack(const SignalStack&) = delete;
    SignalStack& operator=(const SignalStack&) = delete;

  private:
    static constexpr std::size_t bytes = std::size_t{64} * 1024;  // MPI's handlers print a backtrace from here.
    std::unique_ptr<std::byte[]> memory_;
};

}  // namespace rankpool
