#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <rankpool/task/failure.hpp>
#include <rankpool/task/task_error.hpp>

#include "random_bytes.hpp"

namespace rankpool::tests {
namespace {

template <class E>
Failure capture(const E& exception) {
    try {
        throw exception;
    } catch (...) {
        return capture_failure();
    }
}

Failure example() {
    Failure failure = capture(std::out_of_range("no such cell"));
    failure.task = "step 7";
    failure.host = "node03";
    failure.rank = 5;
    failure.attempt = 2;
    failure.passed_through = {"inner", "outer"};
    return failure;
}

Bytes pack(const Failure& failure) {
    Bytes bytes;
    ByteWriter writer(bytes);
    encode_failure(writer, failure);
    return bytes;
}

TEST(FailureData, comes_back_equal) {
    for (const Failure& failure :
         {example(), Failure(), capture(7), capture(std::runtime_error(std::string(5000, 'x')))}) {
        const Bytes bytes = pack(failure);
        ByteReader reader(bytes.view());
        EXPECT_EQ(decode_failure(reader), failure);
        EXPECT_EQ(reader.remaining(), 0U);
    }
}

TEST(FailureData, bytes_that_end_too_early_are_refused_at_every_length) {
    const Bytes bytes = pack(example());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        ByteReader reader(bytes.view().first(length));
        EXPECT_THROW((void)decode_failure(reader), DecodeError) << length;
    }
}

TEST(FailureData, damaged_bytes_are_refused_or_throw_something_that_names_itself) {
    RandomBytes random;
    const Bytes bytes = pack(example());
    const Bytes system = pack(capture(std::system_error(EACCES, std::generic_category())));
    for (int i = 0; i < 4000; ++i) {
        const Bytes damaged = random.damage(i % 2 == 0 ? bytes : system);
        ByteReader reader(damaged.view());
        Failure failure;
        try {
            failure = decode_failure(reader);
        } catch (const DecodeError&) {
            continue;
        }
        try {
            throw_failure(failure);
        } catch (const std::exception&) {  // With a TaskError, or a DecodeError for what was inside.
        }
    }
}

TEST(FailureData, describes_itself_in_one_sentence) {
    EXPECT_EQ(describe(example()),
              "no such cell [std::out_of_range] in task 'step 7' on rank 5 (node03), attempt 2, which task 'inner' "
              "waited for, which task 'outer' waited for");
    Failure lost;
    lost.message = "the pool ended";
    EXPECT_EQ(describe(lost), "the pool ended");
}

TEST(FailureData, of_a_failure_that_passes_through_stays_where_it_was) {
    const Failure first = example();
    Failure second;
    try {
        throw_failure(first);
    } catch (...) {
        second = capture_failure();
    }
    EXPECT_EQ(second, first);
}

TEST(FailureData, of_a_broken_executor_is_thrown_as_one) {
    EXPECT_THROW(throw_failure(broken_executor_failure("gone")), BrokenExecutor);
}

}  // namespace
}  // namespace rankpool::tests
