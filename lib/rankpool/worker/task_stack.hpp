#pragma once

#include <cstddef>

#include <boost/context/stack_context.hpp>

namespace rankpool {

/// Stacks for suspended tasks: as large as a main thread's, but memory only where they are used, and a page below that
/// stops an overflow.
class TaskStack {
  public:
    explicit TaskStack(std::size_t bytes) : bytes_(bytes) {}

    /// For Boost.Context.
    /// @throws std::bad_alloc  no address space left, or too many stacks
    boost::context::stack_context allocate() const;
    void deallocate(boost::context::stack_context& stack) noexcept;

    /// The size from RANKPOOL_TASK_STACK_KIB's text (may be null), or the default of 8 MiB.
    /// @throws ConfigError  not a number from 64 to 2^30
    static std::size_t size_from(const char* text);

  private:
    std::size_t bytes_;
};

}  // namespace rankpool
