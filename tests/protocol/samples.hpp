#pragma once

#include <array>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <rankpool/protocol/messages.hpp>

namespace rankpool::protocol {

inline BytesView bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
inline std::string_view text_of(BytesView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

inline Hello sample_hello() { return {.slots = 4, .pid = 0x1234, .host = "node7", .resources = "gpu"}; }
inline Assign sample_assign() {
    return {.task = 7,
            .execution = 9,
            .level = 2,
            .function = 3,
            .attempt = 5,
            .priority = -1,
            .is_local = false,
            .must_stop = false,
            .name = {},
            .key = {},
            .stream = 0x77,
            .packed = bytes_of("pack"),
            .inputs = {}};
}
inline Assign sample_full_assign() {
    Assign assign = sample_assign();
    assign.must_stop = true;
    assign.member = 1;
    assign.members = 3;
    assign.keep = KeepRule::always;
    assign.name = "step";
    assign.key = "k";
    assign.inputs = bytes_of("inputs");
    return assign;
}
inline Finished sample_finished() {
    return {.task = 7, .execution = 9, .raised = true, .is_kept = true, .busy_ns = 0x0102, .outcome = bytes_of("why")};
}
inline Submit sample_submit() {
    return {.token = 6,
            .level = 1,
            .function = 3,
            .priority = 10,
            .retries = 2,
            .keep = KeepRule::never,
            .is_speculative = true,
            .name = "n",
            .key = "key",
            .stream = 0x88,
            .needs = bytes_of("gpu"),
            .inputs = {{.token = 4, .value = {}}, {.token = SubmitInput{}.token, .value = bytes_of("value")}},
            .packed = bytes_of("pack")};
}
inline Settled sample_settled() { return {.token = 6, .status = 2, .is_kept = true, .outcome = bytes_of("42")}; }
inline Fetch sample_fetch() { return {.task = 7, .execution = 9, .requester = 3, .holder = 1}; }
inline Acquire sample_acquire() { return {.task = 7, .execution = 9, .holder = 1, .root = 2}; }

inline Log sample_log() { return {.task = 7, .execution = 9, .name = "step", .line = "half done"}; }
inline Memory sample_memory() {
    return {.is_stalled = true, .budget = 0x10, .kept = 0x20, .kept_peak = 0x30, .on_disk = 0x40, .spilled = 0x50};
}
inline Suspended sample_suspended() { return {.task = 7, .execution = 9, .tokens = {3, 4}}; }

/// Every kind that is a header only, or a header and a text.
inline constexpr std::array plain_kinds{Kind::started,        Kind::deadlock,       Kind::resumed,
                                        Kind::returned,       Kind::revoke_refused, Kind::cancel,
                                        Kind::request_stop,   Kind::release,        Kind::initializer_failed,
                                        Kind::goodbye,        Kind::revoke,         Kind::stop_task,
                                        Kind::cancel_refused, Kind::stop,           Kind::drop,
                                        Kind::datum,          Kind::proceed};

/// One message with every kind of record.
inline Bytes sample_message() {
    Bytes message;
    write(message, sample_hello());
    write(message, sample_assign());
    write(message, sample_full_assign());
    write(message, sample_finished());
    write(message, sample_submit());
    write(message, sample_settled());
    write(message, sample_fetch());
    write(message, sample_acquire());
    write(message, sample_suspended());
    write(message, sample_log());
    write(message, sample_memory());
    for (const Kind kind : plain_kinds) write(message, kind, 11, 12, "text");
    return message;
}

/// Bytes in memory of exactly their size, so that AddressSanitizer sees every look past their end.
class Exact {
  public:
    explicit Exact(BytesView bytes) : bytes_(bytes.begin(), bytes.end()) { bytes_.shrink_to_fit(); }
    BytesView view() const { return bytes_; }

  private:
    std::vector<std::byte> bytes_;
};

inline std::size_t touch(BytesView bytes) {
    std::size_t sum = bytes.size();
    for (const std::byte byte : bytes) sum += std::to_integer<std::size_t>(byte);
    return sum;
}
inline std::size_t touch(std::string_view text) { return touch(bytes_of(text)); }

/// Reads a record as what it says it is, and every byte it leads to.
inline std::size_t read_all_of(const Record& record) {
    switch (record.header.kind) {
        case Kind::hello:
            return touch(read_hello(record).host) + touch(read_hello(record).resources);
        case Kind::assign: {
            const Assign assign = read_assign(record);
            return touch(assign.name) + touch(assign.key) + touch(assign.packed) + touch(assign.inputs);
        }
        case Kind::finished:
            return touch(read_finished(record).outcome);
        case Kind::submit: {
            const Submit submit = read_submit(record);
            std::size_t sum = touch(submit.name) + touch(submit.key) + touch(submit.needs) + touch(submit.packed);
            for (const SubmitInput& input : submit.inputs) sum += touch(input.value);
            return sum;
        }
        case Kind::fetch:
            return static_cast<std::size_t>(read_fetch(record).holder);
        case Kind::acquire:
            return static_cast<std::size_t>(read_acquire(record).holder);
        case Kind::settled:
            return touch(read_settled(record).outcome);
        case Kind::suspended:
            return read_suspended(record).tokens.size();
        case Kind::log:
            return touch(read_log(record).name) + touch(read_log(record).line);
        case Kind::memory:
            return static_cast<std::size_t>(read_memory(record).kept);
        default:
            return touch(read_text(record));
    }
}

}  // namespace rankpool::protocol
