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

/// What becomes of a large result: as rankpool::Keep.
enum class KeepRule : std::uint8_t { if_large, never, always, everywhere };

/// Run a task. Views are borrowed from the message, or from the caller when writing.
struct Assign {
    std::uint32_t task = 0;
    std::uint32_t execution = 0;
    std::uint16_t level = 0;
    std::uint32_t function = 0;
    std::uint32_t attempt = 1;
    std::uint32_t member = 0;   ///< of a task over several workers: which of them
    std::uint32_t members = 1;  ///< how many there are
    std::int32_t priority = 0;
    bool is_local = false;   ///< `packed` is the address of a LocalCall of this process
    bool must_stop = false;  ///< somebody has called request_stop() already
    KeepRule keep = KeepRule::if_large;
    std::string_view name;
    std::string_view key;
    std::uint64_t stream = 0;  ///< of its random numbers
    BytesView packed;
    BytesView inputs;  ///< for each input: 64-bit size, packed result; or all ones, and which rank keeps it
};

/// A task ended.
struct Finished {
    std::uint32_t task = 0;
    std::uint32_t execution = 0;
    bool raised = false;
    bool is_kept =
        false;  ///< the worker keeps the result under this task and execution; `outcome` is its size, 64 bits
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
    KeepRule keep = KeepRule::if_large;
    bool is_speculative = false;  ///< a copy may be started elsewhere if it takes unusually long
    std::string_view name;
    std::string_view key;
    std::uint64_t stream = 0;  ///< of its random numbers
    BytesView needs = {};      ///< what it asks of the worker, packed; empty: a slot
    std::vector<SubmitInput> inputs;
    BytesView packed;
};

/// A task waits inside; if for earlier submissions of its rank only, for one of these.
struct Suspended {
    std::uint32_t task = 0;
    std::uint32_t execution = 0;
    std::vector<std::uint32_t> tokens = {};  ///< empty: who can end the wait is not known
};

/// How a submitted task ended.
struct Settled {
    std::uint32_t token = 0;
    std::uint8_t status = 0;  ///< rankpool::Status
    bool is_kept = false;     ///< a rank keeps the result; `outcome` says which
    BytesView outcome;
};

/// Somebody wants to have a kept result.
struct Fetch {
    std::uint32_t task = 0;
    std::uint32_t execution = 0;
    std::int32_t requester = 0;  ///< the rank that wants it
    std::int32_t holder = 0;     ///< the rank that is asked
};

/// A worker is to have a kept result, too.
struct Acquire {
    std::uint32_t task = 0;
    std::uint32_t execution = 0;
    std::int32_t holder = 0;  ///< who has it, or is about to get it
    std::int32_t root = 0;    ///< who has it for certain
};

/// A task logs a line.
struct Log {
    std::uint32_t task = 0;
    std::uint32_t execution = 0;
    std::string_view name;  ///< the task's
    std::string_view line;
};

/// What a worker keeps, in bytes.
struct Memory {
    bool is_stalled = false;  ///< it holds tasks, and starts none for want of memory; nothing there will change that
    std::uint64_t budget = 0;
    std::uint64_t kept = 0;       ///< now, in memory
    std::uint64_t kept_peak = 0;  ///< the most that was
    std::uint64_t on_disk = 0;    ///< now
    std::uint64_t spilled = 0;    ///< written to disk so far
    friend bool operator==(const Memory&, const Memory&) = default;
};

void write(Bytes& message, const Log& log);
void write(Bytes& message, const Memory& memory);
void write(Bytes& message, const Fetch& fetch);
void write(Bytes& message, const Acquire& acquire);
void write(Bytes& message, const Hello& hello);
void write(Bytes& message, const Assign& assign);
void write(Bytes& message, const Finished& finished);
void write(Bytes& message, const Submit& submit);
void write(Bytes& message, const Settled& settled);
void write(Bytes& message, const Suspended& suspended);
/// Records that are a header only, or a header and a text.
void write(Bytes& message, Kind kind, std::uint32_t id, std::uint32_t number = 0, std::string_view text = {});

// Readers of the payloads; they throw DecodeError on anything that the writers above do not write.
Hello read_hello(const Record& record);
Assign read_assign(const Record& record);
Finished read_finished(const Record& record);
Submit read_submit(const Record& record);
Settled read_settled(const Record& record);
Fetch read_fetch(const Record& record);
Acquire read_acquire(const Record& record);
Suspended read_suspended(const Record& record);
Log read_log(const Record& record);
Memory read_memory(const Record& record);
std::string_view read_text(const Record& record);

}  // namespace rankpool::protocol
