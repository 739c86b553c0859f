#pragma once

#include <cstdint>
#include <optional>

#include <rankpool/core/byte_stream.hpp>

namespace rankpool::protocol {

/// What a record says. docs/protocol.md describes each.
enum class Kind : std::uint8_t {
    // worker to coordinator
    hello = 1,
    finished,
    started,
    suspended,
    resumed,
    returned,
    revoke_refused,
    submit,
    cancel,
    request_stop,
    release,
    initializer_failed,
    goodbye,
    log,
    memory,
    // coordinator to worker
    assign = 32,
    revoke,
    stop_task,
    settled,
    cancel_refused,
    stop,
    drop,
    acquire,
    deadlock,
    proceed,
    // between any two
    fetch = 64,
    datum,
};

/// The fixed start of every record; `size` bytes of payload follow.
struct Header {
    Kind kind{};
    std::uint8_t flags = 0;
    std::uint16_t level = 0;
    std::uint32_t id = 0;      ///< a task's number, or a token of the submitting rank
    std::uint32_t number = 0;  ///< an execution, or what the kind says
    std::uint32_t size = 0;    ///< bytes of payload; 2^32 - 1: it is the last record and takes the rest of the message
    friend bool operator==(const Header&, const Header&) = default;
};
static_assert(sizeof(Header) == 16);

struct Record {
    Header header;
    BytesView payload;  ///< borrowed from the message
};

/// Appends one record to a message. Between begin() and end() the payload is written with payload().
class RecordWriter {
  public:
    RecordWriter(Bytes& message, Header header) : message_(message), start_(message.size()), writer_(message) {
        writer_.value(header);
    }
    RecordWriter(const RecordWriter&) = delete;
    RecordWriter& operator=(const RecordWriter&) = delete;
    /// Writes the payload's size into the record's header.
    ~RecordWriter() {
        const std::size_t size = message_.size() - start_ - sizeof(Header);
        const auto small = size < rest_of_message ? static_cast<std::uint32_t>(size) : rest_of_message;
        std::memcpy(message_.data() + start_ + offsetof(Header, size), &small, sizeof small);
    }
    ByteWriter& payload() { return writer_; }

    static constexpr std::uint32_t rest_of_message = 0xffffffff;

  private:
    Bytes& message_;
    std::size_t start_;
    ByteWriter writer_;
};

/// Walks through the records of a message.
class RecordReader {
  public:
    explicit RecordReader(BytesView message) : reader_(message) {}
    /// The next record, or none at the end.
    /// @throws DecodeError  the message ends inside a record
    std::optional<Record> next() {
        if (reader_.remaining() == 0) return std::nullopt;
        Record record;
        record.header = reader_.value<Header>();
        const bool takes_rest = record.header.size == RecordWriter::rest_of_message;
        record.payload = reader_.raw(takes_rest ? reader_.remaining() : record.header.size);
        return record;
    }

  private:
    ByteReader reader_;
};

}  // namespace rankpool::protocol
