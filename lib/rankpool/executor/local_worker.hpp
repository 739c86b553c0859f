#pragma once

#include <memory>
#include <thread>

#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/transport/loopback.hpp>
#include <rankpool/worker/worker.hpp>

namespace rankpool {

/// A worker on threads of the coordinator's own process.
class LocalWorker {
  public:
    /// Endpoint 0 of the network is the coordinator's, 1 the worker's.
    LocalWorker(LoopbackNetwork& network, WorkerOptions options, Executor& executor)
        : transport_(network.endpoint(1)), worker_(*transport_, 0, std::move(options)) {
        worker_.set_executor(&executor);
        thread_ = std::thread([this] { worker_.run(); });
    }
    LocalWorker(const LocalWorker&) = delete;
    LocalWorker& operator=(const LocalWorker&) = delete;
    /// Waits for its end: the coordinator has said stop.
    ~LocalWorker() { thread_.join(); }

  private:
    std::unique_ptr<Transport> transport_;
    Worker worker_;
    std::thread thread_;
};

}  // namespace rankpool
