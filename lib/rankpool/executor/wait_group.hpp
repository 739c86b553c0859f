#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

#include <rankpool/task/client.hpp>
#include <rankpool/task/state.hpp>

namespace rankpool {

/// Waits for many states at once: hands them out as they are settled, those that were settled already first.
class WaitGroup {
  public:
    WaitGroup() = default;
    WaitGroup(const WaitGroup&) = delete;
    WaitGroup& operator=(const WaitGroup&) = delete;
    ~WaitGroup();

    void add(const StateRef& state);
    /// States added and not handed out.
    std::size_t size() const { return entries_count_; }
    /// The next settled state; empty at the deadline. Not for an empty group.
    StateRef next(Instant deadline);

  private:
    struct Entry;
    std::unique_ptr<Entry> take_settled();

    std::size_t entries_count_ = 0;
    Entry* open_ = nullptr;  // watching; a doubly linked list
    std::mutex mutex_;       // guards what settled() touches: the two below
    std::deque<Entry*> settled_;
    Waitable* waitable_ = nullptr;
};

}  // namespace rankpool
