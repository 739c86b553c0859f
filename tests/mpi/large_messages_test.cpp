#include <numeric>
#include <string>
#include <vector>

#include "../support/executor_test.hpp"

namespace rankpool::tests {
namespace {

class LargeMessages : public ExecutorTest {};

// Around the sizes at which messages change their way: 4,000 B is the largest small message, 4,096 B Open MPI's.
std::vector<std::size_t> sizes() {
    std::vector<std::size_t> all{0, 1, 100, 65'536, 1'000'000, 64 << 20};
    for (const std::size_t edge : {4000U, 4096U, 8192U}) {
        for (std::size_t size = edge - 80; size <= edge + 8; size += 4) all.push_back(size);
    }
    return all;
}

std::string pattern(std::size_t size, unsigned start) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(start + i * 131 + (i >> 8));
    return text;
}

TEST_F(LargeMessages, of_every_size_arrive_as_they_were) {
    for (const std::size_t size : sizes()) {
        const auto flip = [](std::string text) {
            for (char& letter : text) letter = static_cast<char>(~letter);
            return text;
        };
        std::string expected = pattern(size, 7);
        const auto future = pool().submit(flip, expected);
        for (char& letter : expected) letter = static_cast<char>(~letter);
        EXPECT_TRUE(future.result() == expected) << size;
    }
}

TEST_F(LargeMessages, do_not_overtake_and_are_not_overtaken) {
    RANKPOOL_NEEDS_ONE_SLOT();
    const Log log = Log::make(400);
    std::vector<Future<std::size_t>> futures;
    std::size_t number = 0;
    for (int round = 0; round < 4; ++round) {
        for (const std::size_t size : sizes()) {
            if (size > 1'000'000) continue;
            futures.push_back(pool().submit(
                [](Log to, std::size_t mine, const std::string& text) {
                    to.write(static_cast<std::int64_t>(mine));
                    return text == pattern(text.size(), static_cast<unsigned>(mine)) ? text.size() : std::size_t{0} - 1;
                },
                log, number, pattern(size, static_cast<unsigned>(number))));
            ++number;
        }
    }
    std::size_t at = 0;
    for (int round = 0; round < 4; ++round) {
        for (const std::size_t size : sizes()) {
            if (size > 1'000'000) continue;
            EXPECT_EQ(futures[at++].result(), size);
        }
    }
    std::vector<std::int64_t> expected(number);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(log.entries(), expected) << "one slot runs tasks in the order in which they came";
}

TEST_F(LargeMessages, many_at_once_both_ways) {
    std::vector<Future<std::vector<double>>> futures;
    for (int i = 0; i < 60; ++i) {
        futures.push_back(pool().submit(
            [](std::vector<double> values) {
                for (double& value : values) value += 1;
                return values;
            },
            std::vector<double>(static_cast<std::size_t>(1 + i * 2000), i)));
    }
    for (int i = 0; i < 60; ++i) {
        EXPECT_TRUE(futures[static_cast<std::size_t>(i)].result() ==
                    std::vector<double>(static_cast<std::size_t>(1 + i * 2000), i + 1));
    }
}

TEST_F(LargeMessages, between_tasks_and_as_inputs) {
    const auto make = [](std::size_t size) { return pattern(size, 3); };
    const auto check = [](const std::string& text, std::size_t size) { return text == pattern(size, 3); };
    for (const std::size_t size : {4000U, 5'000'000U}) {
        const auto made = pool().submit(make, size);
        EXPECT_TRUE(pool().submit(check, made, size).result());
        const auto nested = [](std::size_t count) {
            const auto inner = this_task::executor().submit([](std::size_t n) { return pattern(n, 3); }, count);
            return inner.result() == pattern(count, 3);
        };
        EXPECT_TRUE(pool().submit(nested, size).result());
    }
}

TEST_F(LargeMessages, failures_with_long_texts) {
    try {
        pool().submit([] { throw std::runtime_error(pattern(300'000, 1)); }).result();
        FAIL();
    } catch (const TaskError& error) {
        EXPECT_GT(error.message().size(), 0U);
    }
}

}  // namespace
}  // namespace rankpool::tests
