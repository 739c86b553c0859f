#pragma once

#include <deque>
#include <utility>
#include <vector>

#include <rankpool/transport/transport.hpp>

namespace rankpool {

/// A transport for tests: keeps what is sent, and delivers what the test puts in.
class RecordingTransport final : public Transport {
  public:
    struct Message {
        Rank peer;  ///< receiver of what was sent, sender of what arrives
        Bytes bytes;
        friend bool operator==(const Message&, const Message&) = default;
    };

    RecordingTransport(Rank rank, int size) : rank_(rank), size_(size) {}

    std::vector<Message> sent;
    std::deque<Message> arriving;

    Rank rank() const override { return rank_; }
    int size() const override { return size_; }
    void send(Rank to, Bytes message) override { sent.push_back({to, std::move(message)}); }
    bool poll(MessageSink& sink) override {
        const bool any = !arriving.empty();
        while (!arriving.empty()) {
            const Message message = std::move(arriving.front());
            arriving.pop_front();
            sink.receive(message.peer, message.bytes.view());
        }
        return any;
    }
    bool is_sending() const override { return false; }
    void arm() override { doorbell_.arm(); }
    Doorbell& doorbell() override { return doorbell_; }
    Duration sleep_max() const override { return Duration::zero(); }
    std::size_t batch_bytes() const override { return 4000; }
    void close() override {}

  private:
    Rank rank_;
    int size_;
    std::atomic<std::uint32_t> word_{0};
    Doorbell doorbell_{word_};
};

}  // namespace rankpool
