// Results that workers keep: how they come, how long one waits for that, and what is said of those that are lost.
#include <chrono>
#include <coordinator/fake_pool.hpp>
#include <string>

#include <rankpool/protocol/datum.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;

struct KeptElsewhereTest : testing::Test {
    // Rank 1 has run the task, and keeps its result.
    Future<int> submit_and_keep(const std::string& name) {
        auto future = pool.submit({.name = name}, twice, 21);
        pool.sent();
        task = pool.assigned.back().task;
        const std::uint64_t size = 4;
        pool.from(1, protocol::Finished{.task = task.task,
                                        .execution = task.execution,
                                        .is_kept = true,
                                        .busy_ns = 1,
                                        .outcome = std::as_bytes(std::span(&size, 1))});
        pool.turn();
        return future;
    }
    void arrive(int value) {
        pool.transport.arriving.push_back({1, protocol::datum_message(task.task, task.execution, [&](Bytes& message) {
                                               message.append(&value, sizeof value);
                                           })});
    }
    void arrive_lost() {
        pool.transport.arriving.push_back({1, protocol::lost_datum_message(task.task, task.execution)});
    }

    FakePool pool{1};
    protocol::Assign task;
};

TEST_F(KeptElsewhereTest, a_timeout_holds_for_the_result_on_its_way_too) {
    const auto future = submit_and_keep("table");
    EXPECT_TRUE(future.done());
    try {
        future.result(10ms);
        FAIL() << "it has not come";
    } catch (const TimeoutError& error) {
        EXPECT_NE(std::string(error.what()).find("kept on rank 1"), std::string::npos) << error.what();
    }
    EXPECT_THROW(future.result(0s), TimeoutError);
    EXPECT_EQ(pool.sent(), (Sent{"1: fetch 0.1"})) << "it is asked for once";
    arrive(42);
    EXPECT_EQ(future.result(1min), 42);
    EXPECT_EQ(future.result(0s), 42);
}

TEST_F(KeptElsewhereTest, what_comes_after_the_timeout_is_there_at_the_next_look) {
    const auto future = submit_and_keep("table");
    EXPECT_THROW(future.result(0s), TimeoutError);
    arrive(42);
    pool.turn();
    EXPECT_EQ(future.result(0s), 42);
}

TEST_F(KeptElsewhereTest, a_lost_one_is_reported_by_name) {
    const auto future = submit_and_keep("scatter");
    EXPECT_THROW(future.result(0s), TimeoutError);
    arrive_lost();
    try {
        future.result(1min);
        FAIL() << "it is lost";
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(),
                     "the result 'scatter' (4 bytes, kept on rank 1) is lost: the rank does not have it any more");
    }
}

}  // namespace
}  // namespace rankpool
