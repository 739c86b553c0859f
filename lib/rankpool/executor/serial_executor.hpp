#pragma once

#include <rankpool/executor/executor.hpp>
#include <rankpool/executor/pool_options.hpp>

namespace rankpool {

/// Runs each task inside submit(), on the calling thread: for debugging, with breakpoints where they are expected.
///
/// Futures are done when submit() returns, so nothing can be cancelled and priorities have no effect; retries have.
class SerialExecutor final : public LocalExecutor {
  public:
    explicit SerialExecutor(PoolOptions options = {});
    ~SerialExecutor() override;

    void shutdown(ShutdownOptions options = {}) override;
    std::size_t slots() const override { return 1; }
    PoolCounts counts() const override;
    Client& client() override;
    /// As PoolOptions::ends_at; may be said again, by any thread.
    void set_end(Instant end);

  private:
    class SerialClient;
    ClientRef<SerialClient> client_;
};

}  // namespace rankpool
