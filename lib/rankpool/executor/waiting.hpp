#pragma once

#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <rankpool/executor/wait_group.hpp>
#include <rankpool/task/future.hpp>

namespace rankpool {

enum class ReturnWhen {
    first_completed,
    first_exception,  ///< a task has failed or was cancelled, or all have ended
    all_completed,
};

template <class T>
struct WaitResult {
    std::vector<Future<T>> done;
    std::vector<Future<T>> not_done;
};

/// Waits for futures, each counted once. Returns at the timeout with what is done by then; both lists keep the order of
/// `futures`. Returns at once if there are none.
template <class T>
WaitResult<T> wait(const std::vector<Future<T>>& futures, Duration timeout = duration_max,
                   ReturnWhen return_when = ReturnWhen::all_completed) {
    const Instant deadline = deadline_after(now(), timeout);
    WaitGroup group;
    std::unordered_set<const TaskState*> seen;
    for (const auto& future : futures) {
        if (seen.insert(future.state_ref().get()).second) group.add(future.state_ref());
    }
    while (group.size() != 0) {
        const StateRef state = group.next(deadline);
        if (!state || return_when == ReturnWhen::first_completed) break;
        if (return_when == ReturnWhen::first_exception && state->status() != Status::succeeded) break;
    }
    WaitResult<T> result;
    for (const auto& future : futures) {
        if (seen.erase(future.state_ref().get()) == 0) continue;
        (future.done() ? result.done : result.not_done).push_back(future);
    }
    return result;
}

/// Futures in the order in which they are done: a range to go through once. See as_completed().
template <class T>
class AsCompleted {
    struct State;

  public:
    AsCompleted(std::vector<Future<T>> futures, Duration timeout)
        : state_(std::make_unique<State>(deadline_after(now(), timeout), timeout)) {
        std::unordered_set<const TaskState*> seen;
        for (const auto& future : futures) {
            if (seen.insert(future.state_ref().get()).second) state_->group.add(future.state_ref());
        }
        state_->count = state_->group.size();
    }

    class Iterator {
      public:
        using value_type = Future<T>;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        Iterator() = default;
        explicit Iterator(AsCompleted& range) : state_(range.state_.get()) {}
        Future<T>& operator*() const { return *state_->current; }
        Iterator& operator++() {
            state_->advance();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const Iterator& a, std::default_sentinel_t) { return !a.state_->current; }

      private:
        State* state_ = nullptr;
    };
    Iterator begin() {
        state_->advance();
        return Iterator(*this);
    }
    std::default_sentinel_t end() const { return {}; }

  private:
    struct State {
        State(Instant deadline_, Duration timeout_) : deadline(deadline_), timeout(timeout_) {}
        void advance() {
            current.reset();  // Drops the reference to the future just seen.
            if (group.size() == 0) return;
            StateRef next = group.next(deadline);
            if (!next) {
                throw TimeoutError("as_completed: " + std::to_string(group.size()) + " of " + std::to_string(count) +
                                   " futures are unfinished after " + std::to_string(in_seconds(timeout)) +
                                   " s; their tasks go on");
            }
            current.emplace(std::move(next));
        }
        Instant deadline;
        Duration timeout;
        WaitGroup group;
        std::size_t count = 0;
        std::optional<Future<T>> current;
    };
    std::unique_ptr<State> state_;
};

/// Goes through futures as they are done, each once, those already done first.
///
/// The timeout counts from this call. @throws TimeoutError  while iterating; says how many are unfinished
template <class T>
AsCompleted<T> as_completed(std::vector<Future<T>> futures, Duration timeout = duration_max) {
    return AsCompleted<T>(std::move(futures), timeout);
}

}  // namespace rankpool
