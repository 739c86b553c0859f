// Tasks that submit tasks to a worker and wait for them.
#include <algorithm>
#include <utility>
#include <worker/played_coordinator.hpp>

#include <gtest/gtest.h>

namespace rankpool {
namespace {

using namespace std::chrono_literals;
using protocol::Kind;
using Heard = std::vector<std::string>;

std::atomic<Client*> client{nullptr};

template <class F, class... A>
auto submit(F&& function, A&&... arguments) {
    return detail::submit_task<detail::Crossing::required>(*client, {}, std::forward<F>(function),
                                                           std::forward<A>(arguments)...);
}

int depth_below(int levels) { return levels == 0 ? 0 : 1 + submit(depth_below, levels - 1).result(); }
int twice(int x) { return 2 * x; }
int leaf_count(int levels) {
    if (levels == 0) return 1;
    const auto left = submit(leaf_count, levels - 1);
    const auto right = submit(leaf_count, levels - 1);
    return left.result() + right.result();
}
int fail_below(int levels) {
    if (levels == 0) throw std::domain_error("at the bottom");
    return submit(fail_below, levels - 1).result();
}

struct Nested : testing::TestWithParam<std::uint32_t> {
    static WorkerOptions options(std::size_t stack_bytes = 256 << 10) {
        return {.rank = 1, .host = "here", .slots = GetParam(), .stack_bytes = stack_bytes};
    }
};

INSTANTIATE_TEST_SUITE_P(Slots, Nested, testing::Values(1U, 4U));

TEST_P(Nested, tasks_wait_for_the_tasks_they_submit) {
    PlayedCoordinator pool(options());
    client = &pool.client();
    pool.assign(1, {}, leaf_count, 7);
    EXPECT_EQ(pool.result_of<int>(1), 128);
}

TEST_P(Nested, ten_thousand_tasks_wait_inside_each_other) {
    constexpr int levels = has_thread_sanitizer ? 500 : 10'000;
    PlayedCoordinator pool(options(64 << 10));
    client = &pool.client();
    pool.assign(1, {}, depth_below, levels);
    EXPECT_EQ(pool.result_of<int>(1), levels);
}

TEST_P(Nested, a_failure_names_the_tasks_it_came_through) {
    PlayedCoordinator pool(options());
    client = &pool.client();
    pool.assign(1, {.name = "top"}, fail_below, 3);
    const Failure failure = pool.failure_of(1);
    EXPECT_EQ(failure.message, "at the bottom");
    EXPECT_EQ(failure.type_name, "std::domain_error");
    ASSERT_EQ(failure.passed_through.size(), 3U);
    EXPECT_EQ(failure.passed_through.back(), "top");
}

TEST_P(Nested, cancelling_asks_the_coordinator_and_waits_for_its_answer) {
    PlayedCoordinator pool(options());
    pool.serves_submissions = false;
    client = &pool.client();
    const auto cancel_one = [] {
        const auto future = submit(twice, 4);
        const bool was_cancelled = future.cancel();
        return std::pair(was_cancelled, future.cancelled());
    };
    for (std::uint32_t task = 1; task <= 2; ++task) {
        pool.heard.clear();
        pool.assign(task, {}, cancel_one);
        EXPECT_TRUE(pool.wait_for("cancel 0"));
        const bool agrees = task == 1;
        if (agrees) {
            pool.tell(protocol::Settled{.token = 0, .status = 4, .outcome = {}});
        } else {
            pool.tell(Kind::cancel_refused, 0U);
        }
        const auto answer = pool.result_of<std::pair<bool, bool>>(task);
        EXPECT_EQ(answer, std::pair(agrees, agrees));
    }
    const int value = 8;
    pool.tell(protocol::Settled{.token = 0, .status = 2, .outcome = std::as_bytes(std::span(&value, 1))});
    EXPECT_TRUE(pool.wait_for("release 0"));
}

TEST_P(Nested, composed_futures_cannot_be_cancelled) {
    PlayedCoordinator pool(options());
    client = &pool.client();
    pool.assign(1, {}, [] {
        const StateRef composed(new TaskState(client));  // As when_all() makes them.
        return Future<int>(composed).cancel();
    });
    EXPECT_FALSE(pool.result_of<bool>(1));
    EXPECT_EQ(pool.heard, (Heard{"hello", "finished 1"}));
}

TEST_P(Nested, wishes_to_stop_go_to_the_coordinator) {
    PlayedCoordinator pool(options());
    pool.serves_submissions = false;
    client = &pool.client();
    pool.assign(1, {}, [] {
        const auto future = submit(twice, 4);
        future.request_stop();
        return future.result();
    });
    EXPECT_TRUE(pool.wait_for("request_stop 0"));
    const int value = 8;
    pool.tell(protocol::Settled{.token = 0, .status = 2, .outcome = std::as_bytes(std::span(&value, 1))});
    EXPECT_EQ(pool.result_of<int>(1), 8);
}

TEST_P(Nested, numbers_are_used_again_after_they_were_released) {
    PlayedCoordinator pool(options());
    client = &pool.client();
    const auto several = [](int count) {
        int sum = 0;
        for (int i = 0; i < count; ++i) sum += submit(twice, i).result();
        return sum;
    };
    pool.assign(1, {}, several, 50);
    EXPECT_EQ(pool.result_of<int>(1), 50 * 49);
    EXPECT_EQ(std::count(pool.heard.begin(), pool.heard.end(), "release 0"), 50);
}

TEST_P(Nested, threads_that_tasks_start_may_wait_too) {
    PlayedCoordinator pool(options());
    client = &pool.client();
    pool.assign(1, {}, [] {
        int result = 0;
        std::thread helper([&] { result = submit(twice, 4).result(); });
        helper.join();
        return result;
    });
    // With one slot its thread is blocked by join(), so the inner task can only run elsewhere.
    if (GetParam() == 1) {
        pool.serves_submissions = false;
        ASSERT_TRUE(pool.wait_for("submit 0"));
        const int value = 8;
        pool.tell(protocol::Settled{.token = 0, .status = 2, .outcome = std::as_bytes(std::span(&value, 1))});
    }
    EXPECT_EQ(pool.result_of<int>(1), 8);
}

TEST_P(Nested, futures_that_outlive_their_worker_have_an_end) {
    Future<int> left;
    ClientRef<Client> kept;
    {
        PlayedCoordinator pool(options());
        pool.serves_submissions = false;
        kept = ClientRef<Client>(&pool.client());
        client = kept.get();
        left = submit(twice, 4);  // From a thread that is none of the worker's.
        pool.assign(1, {}, twice, 1);
        EXPECT_TRUE(pool.wait_for("finished 1"));
    }
    EXPECT_THROW((void)left.result(), BrokenExecutor);
    EXPECT_THROW(submit(twice, 4), ShutdownError);
    EXPECT_FALSE(left.cancel());
    left.request_stop();
}

TEST_P(Nested, many_trees_grow_at_once) {
    PlayedCoordinator pool(options());
    client = &pool.client();
    for (std::uint32_t task = 0; task < 20; ++task) pool.assign(task, {}, leaf_count, static_cast<int>(task % 6));
    for (std::uint32_t task = 0; task < 20; ++task) EXPECT_EQ(pool.result_of<int>(task), 1 << (task % 6));
}

}  // namespace
}  // namespace rankpool
