#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include <rankpool/transport/transport.hpp>

namespace rankpool {

/// Endpoints inside one process: message queues in memory. For pools of threads, for the worker beside the coordinator,
/// and for tests.
class LoopbackNetwork {
  public:
    explicit LoopbackNetwork(int size);
    ~LoopbackNetwork();

    /// One endpoint; the network must outlive it.
    std::unique_ptr<Transport> endpoint(Rank rank);

    /// Lets `rank`'s mail ring another doorbell than its own, so that one sleep waits for two transports.
    void ring_instead(Rank rank, Doorbell& doorbell);

  private:
    class Endpoint;
    struct Mail {
        Rank from;
        Bytes message;
    };
    struct Box {
        std::mutex mutex;
        std::vector<Mail> mail;
        std::atomic<bool> has_mail{false};
        std::atomic<std::uint32_t> word{0};
        Doorbell doorbell{word};
        Doorbell* rung = &doorbell;
    };
    std::vector<std::unique_ptr<Box>> boxes_;
};

}  // namespace rankpool
