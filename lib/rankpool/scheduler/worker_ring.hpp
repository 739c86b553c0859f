#pragma once

#include <cstdint>
#include <vector>

#include <rankpool/core/ids.hpp>

namespace rankpool::scheduler {

/// Workers in a row, first in, first out. It grows when full, and keeps its memory.
class WorkerRing {
  public:
    bool is_empty() const { return count_ == 0; }
    std::uint32_t count() const { return count_; }
    WorkerId front() const { return workers_[first_]; }

    void push(WorkerId worker) {
        if (count_ == workers_.size()) grow();
        workers_[(first_ + count_++) & mask()] = worker;
    }
    void pop() {
        first_ = (first_ + 1) & mask();
        --count_;
    }
    /// Moves the first to the end.
    void rotate() {
        const WorkerId worker = front();
        pop();
        push(worker);
    }
    WorkerId operator[](std::uint32_t i) const { return workers_[(first_ + i) & mask()]; }

  private:
    std::uint32_t mask() const { return static_cast<std::uint32_t>(workers_.size()) - 1; }
    void grow() {
        std::vector<WorkerId> wider(workers_.empty() ? 4 : 2 * workers_.size());
        for (std::uint32_t i = 0; i < count_; ++i) wider[i] = (*this)[i];
        workers_.swap(wider);
        first_ = 0;
    }

    std::vector<WorkerId> workers_;  ///< as many as a power of two
    std::uint32_t first_ = 0;
    std::uint32_t count_ = 0;
};

}  // namespace rankpool::scheduler
