#pragma once

#include <cstddef>

#include <rankpool/core/bytes.hpp>
#include <rankpool/core/ids.hpp>
#include <rankpool/core/time.hpp>
#include <rankpool/transport/doorbell.hpp>

namespace rankpool {

/// Takes the messages that poll() found.
class MessageSink {
  public:
    /// The bytes are borrowed for the call.
    virtual void receive(Rank from, BytesView message) = 0;
    /// The same for one whose memory the receiver may keep: large ones are handed over so.
    virtual void receive_owned(Rank from, Bytes message) {  // NOLINT(performance-unnecessary-value-param)
        receive(from, message.view());
    }

  protected:
    ~MessageSink() = default;
};

/// Moves messages between the endpoints of one pool. Messages from one endpoint to another arrive in order, once.
///
/// Not thread-safe: the caller holds its lock for every call but those of doorbell().
class Transport {
  public:
    virtual ~Transport() = default;

    virtual Rank rank() const = 0;
    virtual int size() const = 0;

    /// Starts sending; the bytes are moved away or copied. Never waits for the receiver.
    virtual void send(Rank to, Bytes message) = 0;

    /// Hands over all messages that have arrived, and moves those being sent forward. True if anything arrived.
    virtual bool poll(MessageSink& sink) = 0;

    /// True while sent messages need further poll() calls to get away.
    virtual bool is_sending() const = 0;

    /// To be called before sleeping on the doorbell. Afterwards one more poll() must find nothing, or the sleep would
    /// miss what came in between.
    virtual void arm() = 0;

    /// Wakes a thread that sleeps here. From any thread, without the lock.
    virtual Doorbell& doorbell() = 0;

    /// The longest sleep that does no harm: short where some peers cannot ring.
    virtual Duration sleep_max() const = 0;

    /// Messages up to this size travel fastest; batches are filled up to here.
    virtual std::size_t batch_bytes() const = 0;

    /// Waits until everything sent has left; no messages are received. For the end of a pool.
    virtual void close() = 0;
};

}  // namespace rankpool
