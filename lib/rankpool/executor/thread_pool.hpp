#pragma once

#include <memory>

#include <rankpool/executor/executor.hpp>
#include <rankpool/executor/pool_options.hpp>

namespace rankpool {

/// Runs tasks on threads of this process, which share its memory: nothing is packed.
class ThreadPoolExecutor final : public LocalExecutor {
  public:
    /// Starts `options.slots` threads; by default as many as this process has cores.
    explicit ThreadPoolExecutor(PoolOptions options = {});
    explicit ThreadPoolExecutor(std::size_t threads) : ThreadPoolExecutor(PoolOptions{.slots = threads}) {}
    ~ThreadPoolExecutor() override;

    void shutdown(ShutdownOptions options = {}) override;
    std::size_t slots() const override;
    Client& client() override;
    PoolCounts counts() const override;
    /// As PoolOptions::ends_at; may be said again. Nothing happens once the pool is shut down.
    void set_end(Instant end);

  private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace rankpool
