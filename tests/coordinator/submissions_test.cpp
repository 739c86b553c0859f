// Tasks that tasks submit: they come as records, and their outcomes go back as records.
#include <coordinator/fake_pool.hpp>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>

namespace rankpool {
namespace {

using protocol::Kind;

struct Submissions : testing::Test {
    // A call of twice(4), as rank 1 would send it.
    protocol::Submit call_of_twice(std::uint32_t token) {
        packed.clear();
        ByteWriter writer(packed);
        detail::pack_function(writer, &twice);
        writer.value(4);
        return {.token = token,
                .level = 1,
                .function = detail::entry_for<int (*)(int), int>().id().value,
                .name = "inner",
                .key = {},
                .inputs = {},
                .packed = packed.view()};
    }
    std::vector<Bytes> settled_outcomes() {
        std::vector<Bytes> found;
        for (const auto& message : pool.transport.sent) {
            protocol::RecordReader records(message.bytes.view());
            while (const auto record = records.next()) {
                if (record->header.kind == Kind::settled) found.emplace_back(record->payload);
            }
        }
        return found;
    }
    // Expects one more failed submission with this number, and returns its failure.
    Failure failure_of_next(std::uint32_t token) {
        testing::internal::CaptureStderr();
        pool.turn();
        (void)testing::internal::GetCapturedStderr();
        const auto outcomes = settled_outcomes();
        EXPECT_EQ(pool.sent(), (Sent{"1: settled " + std::to_string(token) + " failed"}));
        ByteReader reader(outcomes.at(0).view());
        return decode_failure(reader);
    }
    void expect_all_is_well() {
        pool.from(1, call_of_twice(50));
        const auto future = pool.submit({}, twice, 1);
        (void)pool.sent();
        pool.finish(pool.assigned.back().rank, pool.assigned.back().task, 2);
        EXPECT_EQ(future.result(), 2);
    }

    FakePool pool{2};
    Bytes packed;
};

TEST_F(Submissions, run_like_others_and_are_answered) {
    pool.from(1, call_of_twice(0));
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: assign 0.1"}));
    EXPECT_EQ(pool.assigned[0].name, "inner");
    EXPECT_EQ(pool.assigned[0].task.level, 1U);
    pool.finish(1, pool.assigned[0].task, 8);
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: settled 0 succeeded"}));
    pool.from(1, Kind::release, 0U);
    pool.from(1, call_of_twice(0));  // The number is free again.
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"2: assign 0.2"}));
}

TEST_F(Submissions, of_different_ranks_may_have_the_same_numbers) {
    pool.from(1, call_of_twice(0));
    pool.from(2, call_of_twice(0));
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: assign 0.1", "2: assign 1.1"}));
    pool.finish(2, pool.assigned[1].task, 8);
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"2: settled 0 succeeded"}));
}

TEST_F(Submissions, take_earlier_ones_and_values_as_inputs) {
    pool.from(1, call_of_twice(0));
    protocol::Submit sum = call_of_twice(1);
    const int three = 3;
    sum.inputs = {{.token = 0, .value = {}}, {.value = std::as_bytes(std::span(&three, 1))}};
    pool.from(1, sum);
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: assign 0.1"}));
    pool.finish(1, pool.assigned[0].task, 8);
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: settled 0 succeeded", "1: assign 1.1"}));
    ByteReader inputs(pool.assigned[1].inputs.view());
    for (const int expected : {8, 3}) {
        EXPECT_EQ(inputs.value<std::uint64_t>(), sizeof(int));
        EXPECT_EQ(inputs.value<int>(), expected);
    }
}

TEST_F(Submissions, with_a_failed_input_fail) {
    pool.from(1, call_of_twice(0));
    pool.turn();
    (void)pool.sent();
    pool.raise(1, pool.assigned[0].task, "no input");
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: settled 0 failed"}));
    protocol::Submit next = call_of_twice(1);
    next.inputs = {{.token = 0, .value = {}}};
    pool.from(1, next);
    EXPECT_EQ(failure_of_next(1).message, "no input");
    expect_all_is_well();
}

TEST_F(Submissions, can_be_cancelled_by_their_rank) {
    FakePool none(1, FakePool::JoinLater{});  // Nobody runs them.
    none.from(1, call_of_twice(0));
    none.from(1, Kind::cancel, 0U);
    none.from(1, Kind::cancel, 0U);  // Settled by now: its outcome is the answer.
    none.turn();
    EXPECT_EQ(none.sent(), (Sent{"1: settled 0 cancelled"}));
}

TEST_F(Submissions, that_run_cannot_be_cancelled) {
    pool.from(1, call_of_twice(0));
    pool.turn();
    (void)pool.sent();
    pool.tell(1, Kind::started, pool.assigned[0].task);
    pool.from(1, Kind::cancel, 0U);
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: cancel_refused 0"}));
}

TEST_F(Submissions, can_be_asked_to_stop_by_their_rank) {
    pool.from(2, call_of_twice(0));
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: assign 0.1"}));
    pool.from(2, Kind::request_stop, 0U);
    pool.turn();
    EXPECT_EQ(pool.sent(), (Sent{"1: stop_task 0.1"}));
}

TEST_F(Submissions, of_functions_that_do_not_exist_fail) {
    for (std::uint32_t token = 0; const std::uint32_t function : {0x00ffffffU, 0xfffffffeU, 0xffffffffU}) {
        protocol::Submit call = call_of_twice(token);
        call.function = function;
        pool.from(1, call);
        EXPECT_NE(failure_of_next(token).message.find("do all ranks run the same binary?"), std::string::npos);
        ++token;
    }
    expect_all_is_well();
}

TEST_F(Submissions, with_inputs_that_do_not_exist_fail) {
    protocol::Submit call = call_of_twice(0);
    call.inputs = {{.token = 5, .value = {}}};
    pool.from(1, call);
    EXPECT_NE(failure_of_next(0).message.find("did not submit"), std::string::npos);
    call = call_of_twice(1);
    call.inputs = {{.token = 1, .value = {}}};  // Itself.
    pool.from(1, call);
    EXPECT_NE(failure_of_next(1).message.find("did not submit"), std::string::npos);
    expect_all_is_well();
}

TEST_F(Submissions, that_cannot_be_read_fail) {
    Bytes message;
    protocol::write(message, call_of_twice(0));
    message.truncate(sizeof(protocol::Header) + 3);
    const std::uint32_t size = 3;
    std::memcpy(message.data() + offsetof(protocol::Header, size), &size, sizeof size);
    pool.transport.arriving.push_back({1, message});
    EXPECT_NE(failure_of_next(0).message.find("ends too early"), std::string::npos);
    expect_all_is_well();
}

TEST_F(Submissions, by_numbers_that_are_not_free_are_dropped) {
    pool.from(1, call_of_twice(0));
    pool.turn();
    (void)pool.sent();
    testing::internal::CaptureStderr();
    for (const std::uint32_t token : {0U, 2U, 0xfffffff0U, 0xffffffffU}) pool.from(1, call_of_twice(token));
    pool.turn();
    EXPECT_NE(testing::internal::GetCapturedStderr().find("by a number that is not free"), std::string::npos);
    EXPECT_EQ(pool.sent(), nothing);
    EXPECT_EQ(pool.coordinator->counts().submitted, 1U);
    expect_all_is_well();
}

}  // namespace
}  // namespace rankpool
