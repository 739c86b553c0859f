#include <utility>

#include <rankpool/core/contract.hpp>
#include <rankpool/transport/loopback.hpp>

namespace rankpool {

class LoopbackNetwork::Endpoint final : public Transport {
  public:
    Endpoint(LoopbackNetwork& network, Rank rank)
        : network_(network), rank_(rank), box_(*network.boxes_[static_cast<std::size_t>(rank)]) {}

    Rank rank() const override { return rank_; }
    int size() const override { return static_cast<int>(network_.boxes_.size()); }

    void send(Rank to, Bytes message) override {
        Box& box = *network_.boxes_.at(static_cast<std::size_t>(to));
        {
            const std::lock_guard lock(box.mutex);
            box.mail.push_back({rank_, std::move(message)});
            box.has_mail.store(true, std::memory_order_release);
        }
        box.rung->ring();
    }
    bool poll(MessageSink& sink) override {
        if (taken_.empty()) {
            if (!box_.has_mail.load(std::memory_order_acquire)) return false;
            const std::lock_guard lock(box_.mutex);
            std::swap(taken_, box_.mail);
            box_.has_mail.store(false, std::memory_order_relaxed);
        }
        while (next_ != taken_.size()) {
            Mail mail = std::move(taken_[next_++]);  // Not handed over again, also if its receiver throws.
            if (mail.message.size() > batch_bytes()) {
                sink.receive_owned(mail.from, std::move(mail.message));
            } else {
                sink.receive(mail.from, mail.message.view());
            }
        }
        taken_.clear();
        next_ = 0;
        return true;
    }
    bool is_sending() const override { return false; }
    void arm() override { box_.doorbell.arm(); }
    Doorbell& doorbell() override { return box_.doorbell; }
    Duration sleep_max() const override { return std::chrono::seconds(10); }
    std::size_t batch_bytes() const override { return 4000; }
    void close() override {}

  private:
    LoopbackNetwork& network_;
    Rank rank_;
    Box& box_;
    std::vector<Mail> taken_;
    std::size_t next_ = 0;  // of taken_, to be handed over
};

LoopbackNetwork::LoopbackNetwork(int size) {
    RANKPOOL_EXPECT(size > 0);
    for (int i = 0; i < size; ++i) boxes_.push_back(std::make_unique<Box>());
}

LoopbackNetwork::~LoopbackNetwork() = default;

std::unique_ptr<Transport> LoopbackNetwork::endpoint(Rank rank) {
    RANKPOOL_EXPECT(rank >= 0 && static_cast<std::size_t>(rank) < boxes_.size());
    return std::make_unique<Endpoint>(*this, rank);
}

void LoopbackNetwork::ring_instead(Rank rank, Doorbell& doorbell) {
    boxes_.at(static_cast<std::size_t>(rank))->rung = &doorbell;
}

}  // namespace rankpool
