#include <limits>
#include <protocol/samples.hpp>
#include <string>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/protocol/messages.hpp>

namespace rankpool::protocol {
namespace {

// The one record of a message; the reader must be at the end behind it.
struct OneRecord {
    template <class... Fields>
    explicit OneRecord(const Fields&... fields) {
        write(message, fields...);
        RecordReader reader(message.view());
        record = reader.next().value();
        EXPECT_FALSE(reader.next().has_value());
    }
    Bytes message;
    Record record;
};

void expect_equal(const Assign& a, const Assign& b) {
    EXPECT_EQ(a.task, b.task);
    EXPECT_EQ(a.execution, b.execution);
    EXPECT_EQ(a.level, b.level);
    EXPECT_EQ(a.function, b.function);
    EXPECT_EQ(a.attempt, b.attempt);
    EXPECT_EQ(a.member, b.member);
    EXPECT_EQ(a.members, b.members);
    EXPECT_EQ(a.priority, b.priority);
    EXPECT_EQ(a.is_local, b.is_local);
    EXPECT_EQ(a.must_stop, b.must_stop);
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.key, b.key);
    EXPECT_EQ(a.stream, b.stream);
    EXPECT_EQ(text_of(a.packed), text_of(b.packed));
    EXPECT_EQ(text_of(a.inputs), text_of(b.inputs));
}

TEST(Messages, hello_comes_back) {
    EXPECT_EQ(read_hello(OneRecord(sample_hello()).record), sample_hello());
    const Hello long_name{.slots = 0xffffffff, .pid = 0xffffffff, .host = std::string(1000, 'h')};
    EXPECT_EQ(read_hello(OneRecord(long_name).record), long_name);
    const Hello nameless{.slots = 1, .pid = 0, .host = {}};
    EXPECT_EQ(read_hello(OneRecord(nameless).record), nameless);
}

TEST(Messages, a_worker_without_slots_is_no_worker) {
    EXPECT_THROW(read_hello(OneRecord(Hello{.slots = 0, .pid = 1, .host = "h"}).record), DecodeError);
}

TEST(Messages, assign_comes_back_with_any_of_its_parts) {
    const std::string long_text(300, 'n');
    for (unsigned parts = 0; parts < 128; ++parts) {
        SCOPED_TRACE(parts);
        Assign assign = sample_assign();
        assign.packed = {};
        if ((parts & 1U) != 0) assign.name = long_text;
        if ((parts & 2U) != 0) assign.key = "key";
        if ((parts & 4U) != 0) assign.packed = bytes_of("packed");
        if ((parts & 8U) != 0) assign.inputs = bytes_of(long_text);
        assign.is_local = (parts & 16U) != 0;
        assign.must_stop = (parts & 32U) != 0;
        if ((parts & 64U) != 0) {
            assign.member = 5;
            assign.members = 6;
        }
        const OneRecord one(assign);
        expect_equal(read_assign(one.record), assign);
    }
}

TEST(Messages, assign_keeps_the_extremes_of_its_numbers) {
    Assign assign = sample_assign();
    assign.task = assign.execution = assign.function = assign.attempt = 0xffffffff;
    assign.level = 0xffff;
    assign.priority = std::numeric_limits<std::int32_t>::min();
    assign.stream = ~std::uint64_t{0};
    const OneRecord one(assign);
    expect_equal(read_assign(one.record), assign);
}

TEST(Messages, suspended_comes_back) {
    for (const auto& tokens : {std::vector<std::uint32_t>{}, {7}, {1, 0xffffffff, 3}}) {
        const OneRecord one(Suspended{.task = 0xffffffff, .execution = 9, .tokens = tokens});
        const Suspended suspended = read_suspended(one.record);
        EXPECT_EQ(suspended.task, 0xffffffff);
        EXPECT_EQ(suspended.execution, 9U);
        EXPECT_EQ(suspended.tokens, tokens);
    }
}

TEST(Messages, finished_comes_back) {
    for (const bool raised : {false, true}) {
        const std::string outcome(raised ? 100'000 : 0, 'o');
        const OneRecord one(Finished{.task = 0xffffffff,
                                     .execution = 3,
                                     .raised = raised,
                                     .busy_ns = ~std::uint64_t{0},
                                     .outcome = bytes_of(outcome)});
        const Finished finished = read_finished(one.record);
        EXPECT_EQ(finished.task, 0xffffffff);
        EXPECT_EQ(finished.execution, 3U);
        EXPECT_EQ(finished.raised, raised);
        EXPECT_EQ(finished.busy_ns, ~std::uint64_t{0});
        EXPECT_EQ(text_of(finished.outcome), outcome);
    }
}

TEST(Messages, submit_comes_back_with_its_inputs_in_order) {
    for (const std::size_t count : {0U, 1U, 2U, 300U}) {
        SCOPED_TRACE(count);
        Submit submit = sample_submit();
        submit.inputs.clear();
        const std::string value(300, 'v');
        for (std::uint32_t i = 0; i < count; ++i) {
            if (i % 2 == 0) {
                submit.inputs.push_back({.token = i, .value = {}});
            } else {
                submit.inputs.push_back({.token = SubmitInput{}.token, .value = bytes_of(value).first(i % 256)});
            }
        }
        const OneRecord one(submit);
        const Submit read = read_submit(one.record);
        EXPECT_EQ(read.token, submit.token);
        EXPECT_EQ(read.level, submit.level);
        EXPECT_EQ(read.function, submit.function);
        EXPECT_EQ(read.priority, submit.priority);
        EXPECT_EQ(read.retries, submit.retries);
        EXPECT_EQ(read.name, submit.name);
        EXPECT_EQ(read.key, submit.key);
        EXPECT_EQ(read.stream, submit.stream);
        EXPECT_EQ(text_of(read.packed), text_of(submit.packed));
        ASSERT_EQ(read.inputs.size(), count);
        for (std::size_t i = 0; i < count; ++i) {
            EXPECT_EQ(read.inputs[i].token, submit.inputs[i].token);
            EXPECT_EQ(text_of(read.inputs[i].value), text_of(submit.inputs[i].value));
        }
    }
}

TEST(Messages, settled_comes_back_with_every_status_there_is) {
    for (std::uint8_t status = 0; status < 5; ++status) {
        const OneRecord one(Settled{.token = 8, .status = status, .outcome = bytes_of("outcome")});
        const Settled settled = read_settled(one.record);
        EXPECT_EQ(settled.token, 8U);
        EXPECT_EQ(settled.status, status);
        EXPECT_EQ(text_of(settled.outcome), "outcome");
    }
    EXPECT_THROW(read_settled(OneRecord(Settled{.token = 8, .status = 5, .outcome = {}}).record), DecodeError);
}

TEST(Messages, plain_records_come_back) {
    for (const Kind kind : plain_kinds) {
        const OneRecord one(kind, 1U, 2U, std::string_view("text"));
        EXPECT_EQ(one.record.header.kind, kind);
        EXPECT_EQ(one.record.header.id, 1U);
        EXPECT_EQ(one.record.header.number, 2U);
        EXPECT_EQ(read_text(one.record), "text");
    }
    EXPECT_EQ(read_text(OneRecord(Kind::goodbye, 0U).record), "");
}

TEST(Messages, records_follow_each_other_in_one_message) {
    const Bytes message = sample_message();
    RecordReader reader(message.view());
    std::size_t count = 0;
    while (const auto record = reader.next()) {
        (void)read_all_of(*record);
        ++count;
    }
    EXPECT_EQ(count, 11 + plain_kinds.size());
}

TEST(Messages, a_record_of_more_than_4_gib_takes_the_rest_of_its_message) {
    Bytes message;
    write(message, Kind::stop, 1);
    write(message, Kind::initializer_failed, 2, 3, "all that follows, however long");
    const std::size_t second = sizeof(Header);
    std::memset(message.data() + second + offsetof(Header, size), 0xff, sizeof(Header::size));
    RecordReader reader(message.view());
    EXPECT_EQ(reader.next().value().header.id, 1U);
    EXPECT_EQ(read_text(reader.next().value()), "all that follows, however long");
    EXPECT_FALSE(reader.next().has_value());
}

}  // namespace
}  // namespace rankpool::protocol
