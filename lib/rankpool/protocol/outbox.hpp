#pragma once

#include <utility>

#include <rankpool/protocol/record.hpp>
#include <rankpool/transport/transport.hpp>

namespace rankpool::protocol {

/// Collects the records for one peer into messages.
class Outbox {
  public:
    Outbox(Transport& transport, Rank to) : transport_(&transport), to_(to) {}

    /// Appends one record with `write_to(Bytes&)`. A record that no longer fits the message being filled starts the
    /// next one; full messages leave at once.
    template <class Write>
    void add(Write write_to) {
        const std::size_t before = message_.size();
        message_.reserve(transport_->batch_bytes());
        write_to(message_);
        if (message_.size() <= transport_->batch_bytes()) return;
        if (before != 0) {
            Bytes next(message_.view().subspan(before));
            message_.truncate(before);
            flush();
            message_ = std::move(next);
        }
        if (message_.size() >= transport_->batch_bytes()) flush();
    }
    /// Sends what has been collected.
    void flush() {
        if (message_.empty()) return;
        transport_->send(to_, std::exchange(message_, Bytes()));
    }
    bool is_empty() const { return message_.empty(); }

  private:
    Transport* transport_;
    Rank to_;
    Bytes message_;
};

}  // namespace rankpool::protocol
