#pragma once

#include <algorithm>
#include <cstdint>

namespace rankpool::scheduler {

/// How much may be submitted before submitters have to wait; 0: no bound.
struct QueueBound {
    std::uint64_t tasks = 0;
    std::uint64_t bytes = 0;  ///< of what they need to run
};

/// Decides whether submitters have to wait. It closes when a bound is reached, and opens when an eighth of it is free
/// again: so a submitter is not woken for every task that ends.
class SubmitGate {
  public:
    SubmitGate() = default;
    explicit SubmitGate(QueueBound bound) : bound_(bound) {}

    /// A task was submitted.
    void enter(std::uint64_t bytes) {
        ++tasks_;
        bytes_ += bytes;
        if (is_reached(tasks_, bound_.tasks) || is_reached(bytes_, bound_.bytes)) is_open_ = false;
    }
    /// A task is settled; the same bytes as it entered with.
    void leave(std::uint64_t bytes) {
        --tasks_;
        bytes_ -= bytes;
        if (!is_open_) is_open_ = has_room(tasks_, bound_.tasks) && has_room(bytes_, bound_.bytes);
    }
    bool may_submit() const { return is_open_; }
    bool is_bounded() const { return bound_.tasks != 0 || bound_.bytes != 0; }

    std::uint64_t tasks() const { return tasks_; }
    std::uint64_t bytes() const { return bytes_; }

  private:
    static bool is_reached(std::uint64_t amount, std::uint64_t bound) { return bound != 0 && amount >= bound; }
    static bool has_room(std::uint64_t amount, std::uint64_t bound) {
        return bound == 0 || amount <= bound - std::max<std::uint64_t>(bound / 8, 1);
    }

    QueueBound bound_;
    std::uint64_t tasks_ = 0;
    std::uint64_t bytes_ = 0;
    bool is_open_ = true;
};

}  // namespace rankpool::scheduler
