#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <rankpool/core/ids.hpp>
#include <rankpool/protocol/record.hpp>

namespace rankpool::protocol {

/// A worker introduces itself.
struct Hello {
    std::uint32_t slots = 1;
    std::uint32_t pid = 0;
    std::string host;
    std::string resources = {};  ///< what it lends to tasks, packed; empty: nothing
    friend bool operator==(const Hello&, const Hello&) = default;
};

/// Run a task. Views are borrowed from the message, or from the caller when writing.
struct Assign {
    std::uint32_t task = 0;
    std::uint32_t execution = 0;
    std::uint16_t level = 0;
    std::uint32_t function = 0;
    std::uint32_t attempt = 1;
    std::int32_t priority = 0;
    bool is_local = false;   ///< `packed` is the address of a LocalCall of this process
    bool must_stop = false;  ///< somebody has called request_stop() already
    std::string_view name;
    std::string_view key;
    std::uint64_t stream = 0;  ///< of its random numbers
    BytesView packed;
    BytesView inputs;  ///< for each input: 64-bit size, packed result
};

/// A task ended.
struct Finished {
    std::uint32_t task = 0;
    std::uint32_t execution = 0;
    bool raised = false;
    std::uint64_t busy_ns = 0;
    BytesView outcome;  ///< the packed result, or the packed failure
};

/// One input of a submitted call: an earlier submission of the same rank, or a value that is there.
struct SubmitInput {
    std::uint32_t token = 0xffffffff;  ///< all ones: `value` holds it
    BytesView value;
};

/// A task submits a task.
struct Submit {
    std::uint32_t token = 0;  ///< the submitting rank's own number for it
    std::uint16_t level = 0;
    std::uint32_t function = 0;
    std::int32_t priority = 0;
    std::uint32_t retries = 0;
    std::string_view name;
    std::string_view key;
    std::uint64_t stream = 0;  ///< of its random numbers
    BytesView needs = {};      ///< what it asks of the worker, packed; empty: a slot
    std::vector<SubmitInput> inputs;
    BytesView packed;
};

/// How a submitted task ended.
struct Settled {
    std::uint32_t token = 0;
    std::uint8_t status = 0;  ///< rankpool::Status
    BytesView outcome;
};

void write(Bytes& message, const Hello& hello);
void write(Bytes& message, const Assign& assign);
void write(Bytes& message, const Finished& finished);
void write(Bytes& message, const Submit& submit);
void write(Bytes& message, const Settled& settled);
/// Records that are a header only, or a header and a text.
void write(Bytes& message, Kind kind, std::uint32_t id, std::uint32_t number = 0, std::string_view text = {});

// Readers of the payloads; they throw DecodeError on anything that the writers above do not write.
Hello read_hello(const Record& record);
Assign read_assign(const Record& record);
Finished read_finished(const Record& record);
Submit read_submit(const Record& record);
Settled read_settled(const Record& record);
std::string_view read_text(const Record& record);

}  // namespace rankpool::protocol
