#include <numeric>
#include <set>
#include <worker/played_coordinator.hpp>

#include <gtest/gtest.h>

#include <rankpool/worker/worker.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;
using protocol::Kind;
using Heard = std::vector<std::string>;

Barrier& barrier() {
    static Barrier one;
    return one;
}
std::atomic<int> runs{0};

int twice(int x) { return 2 * x; }
int hold(int x) {
    barrier().wait();
    return x;
}
void count_run() { ++runs; }
int fail(const std::string& why) { throw std::out_of_range(why); }
bool until_stopped() {
    const Instant start = now();
    while (!this_task::stop_requested() && now() - start < 60s) std::this_thread::sleep_for(50us);
    return this_task::stop_requested();
}
bool stop_requested_now() { return this_task::stop_requested(); }
std::string context() {
    return this_task::name() + "/" + this_task::key() + "/" + std::to_string(this_task::attempt()) + "/" +
           std::to_string(this_task::rank()) + "/" + this_task::host() + "/" + std::to_string(this_task::next_level());
}

struct WorkerTest : testing::TestWithParam<std::uint32_t> {
    void SetUp() override {
        barrier().open = false;
        runs = 0;
    }
    WorkerOptions options() const { return {.rank = 5, .host = "here", .slots = GetParam()}; }
    // Occupies all slots with tasks 100, 101, …
    void occupy(PlayedCoordinator& pool) const {
        for (std::uint32_t i = 0; i < GetParam(); ++i) pool.assign(100 + i, {}, hold, 1);
        EXPECT_TRUE(pool.wait([&] { return barrier().waiting == static_cast<int>(GetParam()); }));
    }
    static void let_go() { barrier().open = true; }
};

INSTANTIATE_TEST_SUITE_P(Slots, WorkerTest, testing::Values(1U, 4U));

TEST_P(WorkerTest, introduces_itself) {
    const PlayedCoordinator pool(options());
    EXPECT_EQ(pool.hello.slots, GetParam());
    EXPECT_EQ(pool.hello.host, "here");
    EXPECT_EQ(pool.hello.pid, static_cast<std::uint32_t>(getpid()));
    EXPECT_EQ(pool.heard, (Heard{"hello"}));
}

TEST_P(WorkerTest, runs_tasks_and_reports_their_results) {
    PlayedCoordinator pool(options());
    for (std::uint32_t task = 0; task < 500; ++task) pool.assign(task, {}, twice, static_cast<int>(task));
    ASSERT_TRUE(pool.wait_for_ends(500));
    for (std::uint32_t task = 0; task < 500; ++task) {
        EXPECT_EQ(pool.result_of<int>(task), 2 * static_cast<int>(task));
        EXPECT_GE(pool.outcomes[task].busy, 0ns);
    }
}

TEST_P(WorkerTest, reports_exceptions_with_where_and_which_try) {
    PlayedCoordinator pool(options());
    pool.assign(3, {.attempt = 2, .name = "step"}, fail, std::string("too far"));
    const Failure failure = pool.failure_of(3);
    EXPECT_EQ(failure.message, "too far");
    EXPECT_EQ(failure.type_name, "std::out_of_range");
    EXPECT_EQ(failure.task, "step");
    EXPECT_EQ(failure.host, "here");
    EXPECT_EQ(failure.rank, 5);
    EXPECT_EQ(failure.attempt, 2U);
    EXPECT_TRUE(failure.passed_through.empty());
}

TEST_P(WorkerTest, tells_tasks_about_themselves) {
    PlayedCoordinator pool(options());
    pool.assign(1, {.level = 3, .attempt = 2, .name = "name", .key = "key"}, context);
    EXPECT_EQ(pool.result_of<std::string>(1), "name/key/2/5/here/4");
    pool.assign(2, {}, context);
    EXPECT_FALSE(pool.result_of<std::string>(2).starts_with("/"));  // The function's name.
}

TEST_P(WorkerTest, runs_higher_priorities_then_deeper_levels_then_earlier_tasks_first) {
    if (GetParam() != 1) GTEST_SKIP() << "several slots end their tasks in any order";
    PlayedCoordinator pool(options());
    occupy(pool);
    pool.assign(1, {.priority = 0, .level = 0}, twice, 1);
    pool.assign(2, {.priority = 0, .level = 2}, twice, 1);
    pool.assign(3, {.priority = -1, .level = 9}, twice, 1);
    pool.assign(4, {.priority = 5, .level = 0}, twice, 1);
    pool.assign(5, {.priority = 0, .level = 2}, twice, 1);
    pool.assign(6, {.priority = 0, .level = 1}, twice, 1);
    pool.assign(7, {.priority = 5, .level = 1}, twice, 1);
    pool.assign(8, {.priority = std::numeric_limits<std::int32_t>::min()}, twice, 1);
    pool.assign(9, {.priority = std::numeric_limits<std::int32_t>::max()}, twice, 1);
    pool.meet();
    let_go();
    ASSERT_TRUE(pool.wait_for_ends(10));
    EXPECT_EQ(pool.heard, (Heard{"hello", "finished 100", "finished 9", "finished 7", "finished 4", "finished 2",
                                 "finished 5", "finished 6", "finished 1", "finished 3", "finished 8"}));
}

TEST_P(WorkerTest, gives_back_what_has_not_started_and_keeps_the_rest) {
    PlayedCoordinator pool(options());
    occupy(pool);
    pool.assign(1, {}, count_run);
    pool.assign(2, {}, count_run);
    pool.tell(Kind::revoke, 1U, 1U);
    pool.tell(Kind::revoke, 1U, 1U);
    pool.tell(Kind::revoke, 2U, 7U);  // Another execution.
    pool.tell(Kind::revoke, 100U, 1U);
    pool.tell(Kind::revoke, 55U, 1U);
    pool.meet();
    EXPECT_EQ(pool.heard, (Heard{"hello", "returned 1", "revoke_refused 1", "revoke_refused 2", "revoke_refused 100",
                                 "revoke_refused 55"}));
    let_go();
    ASSERT_TRUE(pool.wait_for("finished 2"));
    pool.stop(0);
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(pool.outcomes.count(1), 0U);
}

TEST_P(WorkerTest, says_that_a_task_runs_once_it_takes_long) {
    PlayedCoordinator pool(options());
    occupy(pool);
    EXPECT_TRUE(pool.wait([&] { return pool.started.size() == GetParam(); }));  // Nobody waits in the worker.
    std::this_thread::sleep_for(5ms);
    pool.meet();
    EXPECT_EQ(pool.started.size(), GetParam());  // Once each.
    let_go();
    EXPECT_TRUE(pool.wait_for_ends(GetParam()));
}

TEST_P(WorkerTest, tells_tasks_to_stop) {
    PlayedCoordinator pool(options());
    pool.assign(1, {}, until_stopped);
    EXPECT_TRUE(pool.wait([&] { return !pool.started.empty(); }));
    pool.tell(Kind::stop_task, 1U, 2U);  // Another execution.
    pool.tell(Kind::stop_task, 9U, 1U);
    pool.meet();
    EXPECT_TRUE(pool.outcomes.empty());
    pool.tell(Kind::stop_task, 1U, 1U);
    EXPECT_TRUE(pool.result_of<bool>(1));
    pool.assign(2, {.must_stop = true}, stop_requested_now);
    EXPECT_TRUE(pool.result_of<bool>(2));
    pool.assign(3, {}, stop_requested_now);
    EXPECT_FALSE(pool.result_of<bool>(3));
}

TEST_P(WorkerTest, tells_tasks_to_stop_before_they_start) {
    PlayedCoordinator pool(options());
    occupy(pool);
    pool.assign(1, {}, stop_requested_now);
    pool.tell(Kind::stop_task, 1U, 1U);
    pool.meet();
    let_go();
    EXPECT_TRUE(pool.result_of<bool>(1));
}

TEST_P(WorkerTest, loses_no_wish_to_stop_between_queue_and_start) {
    PlayedCoordinator pool(options());
    for (std::uint32_t task = 0; task < 300; ++task) {
        pool.assign(task, {}, until_stopped);
        if (task % 3 == 0) std::this_thread::sleep_for(20us);
        pool.tell(Kind::stop_task, task, 1U);
    }
    for (std::uint32_t task = 0; task < 300; ++task) EXPECT_TRUE(pool.result_of<bool>(task));
}

TEST_P(WorkerTest, finishes_what_it_holds_and_says_goodbye_last) {
    PlayedCoordinator pool(options());
    occupy(pool);
    for (std::uint32_t task = 0; task < 20; ++task) pool.assign(task, {}, twice, 1);
    pool.tell(Kind::stop, 0U, 7U);
    pool.meet();
    let_go();
    EXPECT_EQ(pool.stop(7), 7);
    EXPECT_EQ(pool.outcomes.size(), 20 + GetParam());
    EXPECT_EQ(pool.heard.back(), "goodbye");
    EXPECT_EQ(std::count(pool.heard.begin(), pool.heard.end(), "goodbye"), 1);
}

TEST_P(WorkerTest, runs_calls_in_memory) {
    detail::KeptCall<int (*)(), int, std::tuple<>, std::tuple<>> call(+[] { return 42; });
    PlayedCoordinator pool(options());
    const LocalCall* const address = &call;
    pool.tell(protocol::Assign{.task = 1,
                               .execution = 1,
                               .is_local = true,
                               .name = {},
                               .key = {},
                               .packed = std::as_bytes(std::span(&address, 1)),
                               .inputs = {}});
    EXPECT_TRUE(pool.wait_for("finished 1"));
    EXPECT_EQ(*static_cast<int*>(call.result()), 42);
    EXPECT_TRUE(pool.outcomes[1].bytes.empty());
}

TEST_P(WorkerTest, initializes_every_slot_before_its_first_task) {
    static std::atomic<int> initialized{0};
    static thread_local bool is_initialized = false;
    static std::atomic<int> too_early{0};
    initialized = 0;
    WorkerOptions with_initializer = options();
    with_initializer.initializer = [] {
        std::this_thread::sleep_for(1ms);
        is_initialized = true;
        ++initialized;
    };
    PlayedCoordinator pool(with_initializer);
    for (std::uint32_t task = 0; task < 200; ++task) {
        pool.assign(task, {}, [] { too_early += is_initialized ? 0 : 1; });
    }
    EXPECT_TRUE(pool.wait_for_ends(200));
    pool.stop(0);
    EXPECT_EQ(initialized, static_cast<int>(GetParam()));
    EXPECT_EQ(too_early, 0);
}

TEST_P(WorkerTest, runs_nothing_after_a_failed_initializer) {
    WorkerOptions failing = options();
    failing.initializer = [] {
        barrier().wait();
        throw std::runtime_error("no licence");
    };
    PlayedCoordinator pool(failing);
    // Before and after it fails: the coordinator settles them all.
    for (std::uint32_t task = 0; task < 10; ++task) pool.assign(task, {}, count_run);
    pool.meet();
    let_go();
    EXPECT_TRUE(pool.wait([&] {
        return std::count(pool.heard.begin(), pool.heard.end(), "initializer_failed: no licence") ==
               static_cast<int>(GetParam());
    }));
    for (std::uint32_t task = 10; task < 20; ++task) pool.assign(task, {}, count_run);
    pool.meet();
    EXPECT_EQ(pool.stop(3), 3);
    EXPECT_EQ(runs, 0);
    EXPECT_TRUE(pool.outcomes.empty());
}

TEST_P(WorkerTest, survives_initializers_that_throw_anything) {
    WorkerOptions failing = options();
    failing.initializer = [] { throw 42; };
    PlayedCoordinator pool(failing);
    EXPECT_TRUE(pool.wait_for("initializer_failed: it threw something that is no std::exception"));
}

TEST_P(WorkerTest, fails_tasks_whose_function_or_arguments_make_no_sense) {
    PlayedCoordinator pool(options());
    protocol::Assign unknown{
        .task = 1, .execution = 1, .function = 0x00ffffff, .name = {}, .key = {}, .packed = {}, .inputs = {}};
    pool.tell(unknown);
    EXPECT_NE(pool.failure_of(1).message.find("do all ranks run the same binary?"), std::string::npos);
    protocol::Assign short_one = unknown;
    short_one.task = 2;
    short_one.function = detail::entry_for<int (*)(int), int>().id().value;
    pool.tell(short_one);
    EXPECT_NE(pool.failure_of(2).message.find("ends too early"), std::string::npos);
    pool.assign(3, {}, twice, 3);
    EXPECT_EQ(pool.result_of<int>(3), 6);
}

TEST_P(WorkerTest, goes_on_after_messages_that_make_no_sense) {
    PlayedCoordinator pool(options());
    testing::internal::CaptureStderr();
    Bytes noise;
    for (unsigned char letter = 0; letter < 100; ++letter) noise.append(&letter, 1);
    pool.send(noise);
    pool.tell(Kind::hello, 1U);
    pool.tell(static_cast<Kind>(200), 1U);
    pool.tell(protocol::Settled{.token = 77, .status = 2, .outcome = {}});
    pool.tell(Kind::cancel_refused, 77U);
    Bytes damaged;
    protocol::write(damaged,
                    protocol::Assign{.task = 4, .execution = 1, .name = {}, .key = {}, .packed = {}, .inputs = {}});
    damaged.truncate(sizeof(protocol::Header) + 2);
    const std::uint32_t size = 2;
    std::memcpy(damaged.data() + offsetof(protocol::Header, size), &size, sizeof size);
    pool.send(damaged);
    pool.assign(3, {}, twice, 3);
    EXPECT_EQ(pool.result_of<int>(3), 6);
    EXPECT_NE(pool.failure_of(4).message.find("ends too early"), std::string::npos);
    pool.stop(0);
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_EQ(text.find("rankpool: "), 0U) << text;
    EXPECT_EQ(text.rfind("rankpool: "), 0U) << "said once: " << text;
}

}  // namespace
}  // namespace rankpool
