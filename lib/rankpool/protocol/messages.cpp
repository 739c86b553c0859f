#include <rankpool/protocol/messages.hpp>

namespace rankpool::protocol {
namespace {

enum Flag : std::uint8_t {
    has_labels = 1,
    has_inputs = 2,
    is_local = 4,
    raised = 8,
    has_members = 8,
    must_stop = 16,
    speculative = 16,
    keep_never = 32,
    keep_always = 64,
    kept = 128
};

std::uint8_t flags_of(KeepRule keep) {
    switch (keep) {
        case KeepRule::if_large:
            return 0;
        case KeepRule::never:
            return keep_never;
        case KeepRule::always:
            return keep_always;
        case KeepRule::everywhere:
            return keep_never | keep_always;
    }
    return 0;
}
KeepRule keep_of(std::uint8_t flags) {
    const bool never = (flags & keep_never) != 0;
    if ((flags & keep_always) != 0) return never ? KeepRule::everywhere : KeepRule::always;
    return never ? KeepRule::never : KeepRule::if_large;
}

void write_labels(ByteWriter& writer, std::string_view name, std::string_view key) {
    writer.text(name);
    writer.text(key);
}

std::uint8_t flag_if(bool condition, Flag flag) {
    return condition ? static_cast<std::uint8_t>(flag) : std::uint8_t{0};
}

}  // namespace

void write(Bytes& message, const Hello& hello) {
    RecordWriter record(message, {.kind = Kind::hello, .number = hello.slots});
    record.payload().value(hello.pid);
    record.payload().text(hello.host);
    record.payload().text(hello.resources);
}

Hello read_hello(const Record& record) {
    ByteReader reader(record.payload);
    Hello hello;
    hello.slots = record.header.number;
    hello.pid = reader.value<std::uint32_t>();
    hello.host = reader.text();
    hello.resources = reader.text();
    if (hello.slots == 0) throw DecodeError("a worker says that it has no slots");
    return hello;
}

void write(Bytes& message, const Assign& assign) {
    const bool labels = !assign.name.empty() || !assign.key.empty();
    const bool members = assign.members > 1;
    const auto flags = static_cast<std::uint8_t>(
        flag_if(labels, has_labels) | flag_if(!assign.inputs.empty(), has_inputs) | flag_if(assign.is_local, is_local) |
        flag_if(members, has_members) | flag_if(assign.must_stop, must_stop) | flags_of(assign.keep));
    RecordWriter record(
        message,
        {.kind = Kind::assign, .flags = flags, .level = assign.level, .id = assign.task, .number = assign.execution});
    ByteWriter& writer = record.payload();
    writer.value(assign.function);
    writer.value(assign.attempt);
    writer.value(assign.priority);
    writer.value(assign.stream);
    if (members) {
        writer.value(assign.member);
        writer.value(assign.members);
    }
    if (labels) write_labels(writer, assign.name, assign.key);
    if (!assign.inputs.empty()) writer.value(static_cast<std::uint64_t>(assign.packed.size()));
    writer.raw(assign.packed.data(), assign.packed.size());
    writer.raw(assign.inputs.data(), assign.inputs.size());
}

Assign read_assign(const Record& record) {
    ByteReader reader(record.payload);
    Assign assign;
    assign.task = record.header.id;
    assign.execution = record.header.number;
    assign.level = record.header.level;
    assign.is_local = (record.header.flags & is_local) != 0;
    assign.must_stop = (record.header.flags & must_stop) != 0;
    assign.keep = keep_of(record.header.flags);
    assign.function = reader.value<std::uint32_t>();
    assign.attempt = reader.value<std::uint32_t>();
    assign.priority = reader.value<std::int32_t>();
    assign.stream = reader.value<std::uint64_t>();
    if ((record.header.flags & has_members) != 0) {
        assign.member = reader.value<std::uint32_t>();
        assign.members = reader.value<std::uint32_t>();
    }
    if ((record.header.flags & has_labels) != 0) {
        assign.name = reader.text();
        assign.key = reader.text();
    }
    const bool inputs = (record.header.flags & has_inputs) != 0;
    const std::uint64_t packed_size = inputs ? reader.value<std::uint64_t>() : reader.remaining();
    assign.packed = reader.raw(packed_size);
    assign.inputs = reader.raw(reader.remaining());
    return assign;
}

void write(Bytes& message, const Finished& finished) {
    RecordWriter record(message, {.kind = Kind::finished,
                                  .flags = static_cast<std::uint8_t>(flag_if(finished.raised, raised) |
                                                                     flag_if(finished.is_kept, kept)),
                                  .id = finished.task,
                                  .number = finished.execution});
    record.payload().value(finished.busy_ns);
    record.payload().raw(finished.outcome.data(), finished.outcome.size());
}

Finished read_finished(const Record& record) {
    ByteReader reader(record.payload);
    Finished finished;
    finished.task = record.header.id;
    finished.execution = record.header.number;
    finished.raised = (record.header.flags & raised) != 0;
    finished.is_kept = (record.header.flags & kept) != 0;
    finished.busy_ns = reader.value<std::uint64_t>();
    finished.outcome = reader.raw(reader.remaining());
    return finished;
}

void write(Bytes& message, const Submit& submit) {
    RecordWriter record(message, {.kind = Kind::submit,
                                  .flags = static_cast<std::uint8_t>(flags_of(submit.keep) |
                                                                     flag_if(submit.is_speculative, speculative)),
                                  .level = submit.level,
                                  .id = submit.token,
                                  .number = submit.function});
    ByteWriter& writer = record.payload();
    writer.value(submit.priority);
    writer.value(submit.retries);
    writer.value(submit.stream);
    write_labels(writer, submit.name, submit.key);
    writer.count(submit.needs.size());
    writer.raw(submit.needs.data(), submit.needs.size());
    writer.count(submit.inputs.size());
    for (const SubmitInput& input : submit.inputs) {
        writer.value(input.token);
        if (input.token != SubmitInput{}.token) continue;
        writer.count(input.value.size());
        writer.raw(input.value.data(), input.value.size());
    }
    writer.raw(submit.packed.data(), submit.packed.size());
}

Submit read_submit(const Record& record) {
    ByteReader reader(record.payload);
    Submit submit;
    submit.token = record.header.id;
    submit.level = record.header.level;
    submit.function = record.header.number;
    submit.keep = keep_of(record.header.flags);
    submit.is_speculative = (record.header.flags & speculative) != 0;
    submit.priority = reader.value<std::int32_t>();
    submit.retries = reader.value<std::uint32_t>();
    submit.stream = reader.value<std::uint64_t>();
    submit.name = reader.text();
    submit.key = reader.text();
    submit.needs = reader.raw(reader.count());
    for (std::uint64_t count = reader.count(); count != 0; --count) {
        SubmitInput& input = submit.inputs.emplace_back();
        input.token = reader.value<std::uint32_t>();
        if (input.token == SubmitInput{}.token) input.value = reader.raw(reader.count());
    }
    submit.packed = reader.raw(reader.remaining());
    return submit;
}

void write(Bytes& message, const Settled& settled) {
    RecordWriter record(message, {.kind = Kind::settled,
                                  .flags = flag_if(settled.is_kept, kept),
                                  .id = settled.token,
                                  .number = settled.status});
    record.payload().raw(settled.outcome.data(), settled.outcome.size());
}

Settled read_settled(const Record& record) {
    if (record.header.number > 4) throw DecodeError("a message names a task status that does not exist");
    return {record.header.id, static_cast<std::uint8_t>(record.header.number), (record.header.flags & kept) != 0,
            record.payload};
}

void write(Bytes& message, const Log& log) {
    RecordWriter record(message, {.kind = Kind::log, .id = log.task, .number = log.execution});
    record.payload().text(log.name);
    record.payload().raw(log.line.data(), log.line.size());
}

Log read_log(const Record& record) {
    ByteReader reader(record.payload);
    Log log{.task = record.header.id, .execution = record.header.number, .name = reader.text(), .line = {}};
    const BytesView line = reader.raw(reader.remaining());
    log.line = {reinterpret_cast<const char*>(line.data()), line.size()};
    return log;
}

void write(Bytes& message, const Memory& memory) {
    RecordWriter record(message, {.kind = Kind::memory, .number = memory.is_stalled ? 1U : 0U});
    for (const std::uint64_t bytes : {memory.budget, memory.kept, memory.kept_peak, memory.on_disk, memory.spilled}) {
        record.payload().value(bytes);
    }
}

Memory read_memory(const Record& record) {
    ByteReader reader(record.payload);
    Memory memory;
    memory.is_stalled = record.header.number != 0;
    for (std::uint64_t* const bytes :
         {&memory.budget, &memory.kept, &memory.kept_peak, &memory.on_disk, &memory.spilled}) {
        *bytes = reader.value<std::uint64_t>();
    }
    return memory;
}

void write(Bytes& message, const Fetch& fetch) {
    RecordWriter record(message, {.kind = Kind::fetch, .id = fetch.task, .number = fetch.execution});
    record.payload().value(fetch.requester);
    record.payload().value(fetch.holder);
}

Fetch read_fetch(const Record& record) {
    ByteReader reader(record.payload);
    Fetch fetch{.task = record.header.id, .execution = record.header.number};
    fetch.requester = reader.value<std::int32_t>();
    fetch.holder = reader.value<std::int32_t>();
    return fetch;
}

void write(Bytes& message, const Acquire& acquire) {
    RecordWriter record(message, {.kind = Kind::acquire, .id = acquire.task, .number = acquire.execution});
    record.payload().value(acquire.holder);
    record.payload().value(acquire.root);
}

Acquire read_acquire(const Record& record) {
    ByteReader reader(record.payload);
    Acquire acquire{.task = record.header.id, .execution = record.header.number};
    acquire.holder = reader.value<std::int32_t>();
    acquire.root = reader.value<std::int32_t>();
    return acquire;
}

void write(Bytes& message, const Suspended& suspended) {
    RecordWriter record(message, {.kind = Kind::suspended, .id = suspended.task, .number = suspended.execution});
    for (const std::uint32_t token : suspended.tokens) record.payload().value(token);
}

Suspended read_suspended(const Record& record) {
    Suspended suspended{.task = record.header.id, .execution = record.header.number};
    for (ByteReader reader(record.payload); reader.remaining() != 0;) {
        suspended.tokens.push_back(reader.value<std::uint32_t>());
    }
    return suspended;
}

void write(Bytes& message, Kind kind, std::uint32_t id, std::uint32_t number, std::string_view text) {
    RecordWriter record(message, {.kind = kind, .id = id, .number = number});
    record.payload().raw(text.data(), text.size());
}

std::string_view read_text(const Record& record) {
    return {reinterpret_cast<const char*>(record.payload.data()), record.payload.size()};
}

}  // namespace rankpool::protocol
