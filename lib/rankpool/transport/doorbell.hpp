#pragma once

#include <atomic>
#include <cstdint>

#include <rankpool/core/time.hpp>

namespace rankpool {

/// A word in memory on which one thread sleeps and others, of this or other processes of the machine, wake it.
///
/// The sleeper arms it, looks once more for work, then sleeps; who brings work rings. Ringing an unarmed doorbell costs
/// one memory access.
class Doorbell {
  public:
    /// `word` lies in memory shared by all who use this doorbell, and outlives them; 0 at first.
    explicit Doorbell(std::atomic<std::uint32_t>& word) : word_(&word) {}

    /// What is looked at afterwards is looked at after the ringer could see it armed.
    void arm() {
        word_->store(1, std::memory_order_seq_cst);
        std::atomic_thread_fence(std::memory_order_seq_cst);
    }
    void disarm() { word_->store(0, std::memory_order_relaxed); }
    /// Sleeps while armed, at most so long.
    void sleep(Duration at_most);
    void ring();

  private:
    std::atomic<std::uint32_t>* word_;
};

}  // namespace rankpool
