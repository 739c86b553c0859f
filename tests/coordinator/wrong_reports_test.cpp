// What no worker should send. It is said once on stderr and dropped; nothing else changes, and other work goes on.
#include <atomic>
#include <coordinator/fake_pool.hpp>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>

namespace rankpool {
namespace {

using protocol::Kind;

struct WrongReports : testing::Test {
    void SetUp() override {
        future = pool.submit({}, twice, 4);
        queued = pool.submit({}, twice, 5);
        later = pool.submit({}, twice, 6);
        EXPECT_EQ(pool.sent(), (Sent{"1: assign 0.1", "2: assign 1.1", "1: assign 2.1"}));
        task = pool.assigned[0].task;
    }
    // Rank 2 sends something wrong: it is reported with these words, and changes nothing.
    void expect_dropped(const std::string& words) {
        const PoolCounts before = pool.coordinator->counts();
        testing::internal::CaptureStderr();
        pool.turn();
        pool.from(2, Kind::release, 77U);  // Wrong too, but that was said.
        pool.turn();
        const std::string text = testing::internal::GetCapturedStderr();
        EXPECT_NE(text.find("rankpool: dropped what rank 2 sent"), std::string::npos) << text;
        EXPECT_NE(text.find(words), std::string::npos) << text;
        EXPECT_EQ(text.rfind("rankpool: "), 0U) << "said once: " << text;
        EXPECT_EQ(pool.sent(), nothing);
        const PoolCounts after = pool.coordinator->counts();
        EXPECT_EQ(after.submitted, before.submitted);
        EXPECT_EQ(after.slots, before.slots);
        EXPECT_EQ(after.succeeded + after.failed + after.cancelled, 0U);
        expect_others_unharmed();
    }
    void expect_others_unharmed() {
        EXPECT_FALSE(future.done() || queued.done() || later.done());
        pool.finish(1, task, 8);
        pool.finish(2, pool.assigned[1].task, 10);
        pool.finish(1, pool.assigned[2].task, 12);
        EXPECT_EQ(future.result(), 8);
        EXPECT_EQ(queued.result(), 10);
        EXPECT_EQ(later.result(), 12);
    }
    void from_2(const Bytes& message) { pool.transport.arriving.push_back({2, message}); }

    FakePool pool{2};
    Future<int> future;
    Future<int> queued;
    Future<int> later;
    protocol::Assign task;
};

TEST_F(WrongReports, about_a_task_that_another_worker_holds) {
    pool.finish(2, task, 99);
    for (const Kind kind : {Kind::started, Kind::suspended, Kind::resumed, Kind::returned, Kind::revoke_refused}) {
        pool.tell(2, kind, task);
    }
    pool.raise(2, task, "not mine");
    expect_dropped("it reports task 0, which rank 1 has");
}

TEST_F(WrongReports, about_an_execution_that_has_not_begun) {
    task.execution += 1;
    pool.finish(2, task, 99);
    task.execution = 0x7fffffff;
    pool.tell(2, Kind::started, task);
    task = pool.assigned[0].task;
    expect_dropped("which has not begun");
}

TEST_F(WrongReports, about_tasks_that_never_were) {
    for (const std::uint32_t id : {3U, 100U, 0x7fffffffU, 0xffffffffU}) {
        for (const Kind kind : {Kind::started, Kind::suspended, Kind::resumed, Kind::returned, Kind::revoke_refused}) {
            pool.from(2, kind, id, 1U);
        }
        pool.from(2, protocol::Finished{.task = id, .execution = 1, .outcome = {}});
    }
    expect_dropped("a report names a task that never was");
}

TEST_F(WrongReports, that_a_task_resumes_which_was_not_suspended) {
    pool.tell(2, Kind::resumed, pool.assigned[1].task);
    expect_dropped("resumed although it was not suspended");
}

// Nobody will run such a task, so it fails instead of being waited for for ever.
TEST_F(WrongReports, that_give_back_what_nobody_asked_for_fail_the_task) {
    testing::internal::CaptureStderr();
    pool.tell(2, Kind::returned, pool.assigned[1].task);
    pool.turn();
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_NE(text.find("given back although nobody asks for it"), std::string::npos) << text;
    EXPECT_THROW((void)queued.result(Duration::zero()), DecodeError);
    EXPECT_FALSE(future.done());
}

TEST_F(WrongReports, that_give_back_what_runs_by_their_own_report_fail_the_task) {
    testing::internal::CaptureStderr();
    pool.tell(2, Kind::started, pool.assigned[1].task);
    pool.tell(2, Kind::returned, pool.assigned[1].task);
    pool.turn();
    (void)testing::internal::GetCapturedStderr();
    EXPECT_THROW((void)queued.result(Duration::zero()), DecodeError);
    // Its slot is free for others.
    pool.finish(1, task, 8);
    EXPECT_EQ(future.result(), 8);
}

TEST_F(WrongReports, that_keep_what_nobody_asked_for) {
    pool.tell(2, Kind::revoke_refused, pool.assigned[1].task);
    expect_dropped("kept by its worker although nobody asks for it");
}

TEST_F(WrongReports, a_second_hello) {
    pool.from(2, protocol::Hello{.slots = 100, .pid = 1, .host = "elsewhere"});
    expect_dropped("hello twice");
}

TEST_F(WrongReports, an_early_goodbye) {
    pool.from(2, Kind::goodbye, 0U);
    expect_dropped("it says goodbye although nobody told it to stop");
    // At the end it counts as one that has not answered.
    pool.from(1, Kind::goodbye, 0U);
    EXPECT_EQ(pool.coordinator->close(0, std::chrono::milliseconds(1)), (std::vector<Rank>{2}));
}

TEST_F(WrongReports, records_for_workers_only) {
    pool.from(2, Kind::stop, 0U);
    for (const Kind kind : {Kind::revoke, Kind::stop_task, Kind::cancel_refused}) pool.tell(2, kind, task);
    pool.from(2, task);
    pool.from(2, protocol::Settled{.token = 0, .status = 2, .outcome = {}});
    pool.from(2, static_cast<Kind>(0), 0U);
    pool.from(2, static_cast<Kind>(255), 0U);
    expect_dropped("which only workers get");
}

TEST_F(WrongReports, wishes_for_tasks_that_this_rank_did_not_submit) {
    for (const Kind kind : {Kind::cancel, Kind::request_stop, Kind::release}) {
        pool.from(2, kind, 0U);
        pool.from(2, kind, 0xffffffffU);
    }
    expect_dropped("names a task that it did not submit");
}

TEST_F(WrongReports, a_message_that_ends_inside_a_record) {
    Bytes message;
    protocol::write(message, Kind::started, pool.assigned[1].task.task, pool.assigned[1].task.execution);
    const std::size_t whole = message.size();
    protocol::write(message, Kind::started, 0U, 0U);
    message.truncate(whole + 7);
    from_2(message);
    expect_dropped("ends too early");
    EXPECT_TRUE(queued.done());
}

TEST_F(WrongReports, a_message_of_noise) {
    Bytes message;
    for (unsigned char letter = 0; letter < 200; ++letter) message.append(&letter, 1);
    from_2(message);
    expect_dropped("");
}

TEST_F(WrongReports, do_not_keep_the_records_behind_them_from_being_read) {
    Bytes message;
    protocol::write(message, Kind::release, 12345U);
    const int value = 10;
    protocol::write(message, protocol::Finished{.task = pool.assigned[1].task.task,
                                                .execution = pool.assigned[1].task.execution,
                                                .outcome = std::as_bytes(std::span(&value, 1))});
    from_2(message);
    testing::internal::CaptureStderr();
    EXPECT_EQ(queued.result(), 10);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("rank 2"), std::string::npos);
}

TEST_F(WrongReports, from_a_rank_that_is_no_worker) {
    testing::internal::CaptureStderr();
    pool.finish(4, task, 99);
    pool.from(4, Kind::stop, 0U);
    pool.turn();
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_NE(text.find("what rank 4 sent"), std::string::npos) << text;
    EXPECT_NE(text.find("it is no worker of this pool"), std::string::npos) << text;
    EXPECT_EQ(text.rfind("rankpool: "), 0U) << "said once: " << text;
    expect_others_unharmed();
}

TEST_F(WrongReports, an_end_that_cannot_be_read_fails_its_task_and_no_other) {
    Bytes message;
    protocol::write(message, protocol::Finished{.task = task.task, .execution = task.execution, .outcome = {}});
    message.truncate(message.size() - 1);
    const std::uint32_t size = 7;
    std::memcpy(message.data() + offsetof(protocol::Header, size), &size, sizeof size);
    pool.transport.arriving.push_back({1, message});
    testing::internal::CaptureStderr();
    pool.turn();
    EXPECT_NE(testing::internal::GetCapturedStderr().find("rank 1"), std::string::npos);
    EXPECT_THROW((void)future.result(Duration::zero()), DecodeError);
    pool.finish(2, pool.assigned[1].task, 10);
    EXPECT_EQ(queued.result(), 10);
}

TEST_F(WrongReports, a_result_that_is_kept_in_no_known_size_fails_its_task_and_no_other) {
    const int value = 8;
    pool.from(1, protocol::Finished{.task = task.task,
                                    .execution = task.execution,
                                    .is_kept = true,
                                    .outcome = std::as_bytes(std::span(&value, 1))});
    testing::internal::CaptureStderr();
    pool.turn();
    EXPECT_NE(testing::internal::GetCapturedStderr().find("rank 1"), std::string::npos);
    EXPECT_THROW((void)future.result(Duration::zero()), DecodeError);
    pool.finish(2, pool.assigned[1].task, 10);
    EXPECT_EQ(queued.result(), 10);
}

TEST_F(WrongReports, a_result_that_is_too_short_is_not_read_past_its_end) {
    struct Large {
        double values[20];
    };
    const auto large = pool.submit(
        {}, [](int) { return Large{}; }, 1);
    (void)pool.sent();
    pool.finish(2, pool.assigned[1].task, 10);
    pool.turn();
    (void)pool.sent();
    const auto& held = pool.assigned.back();
    pool.finish(held.rank, held.task, 3);  // 4 bytes only.
    pool.turn();
    EXPECT_THROW((void)large.result(Duration::zero()), DecodeError);
}

TEST_F(WrongReports, a_failure_that_cannot_be_read_is_a_failure_still) {
    const auto noise = std::byte{0x7f};
    pool.from(1, protocol::Finished{
                     .task = task.task, .execution = task.execution, .raised = true, .outcome = std::span(&noise, 1)});
    pool.turn();
    EXPECT_TRUE(future.done());
    EXPECT_THROW((void)future.result(Duration::zero()), DecodeError);
}

TEST_F(WrongReports, durations_beyond_measure_leave_the_sum_sane) {
    for (int i = 0; i < 1'000; ++i) {
        pool.from(1, protocol::Finished{
                         .task = task.task, .execution = task.execution, .busy_ns = ~std::uint64_t{0}, .outcome = {}});
    }
    pool.turn();
    EXPECT_GT(pool.coordinator->counts().busy, Duration::zero());
}

TEST(WrongHello, with_more_slots_than_any_machine_has) {
    FakePool pool(2, FakePool::JoinLater{});
    testing::internal::CaptureStderr();
    pool.from(1, protocol::Hello{.slots = 0xffffffff, .pid = 1, .host = "greedy"});
    pool.from(2, protocol::Hello{.slots = 1, .pid = 1, .host = "modest"});
    pool.turn();
    EXPECT_NE(testing::internal::GetCapturedStderr().find("rank 1"), std::string::npos);
    const auto future = pool.submit({}, twice, 4);
    EXPECT_EQ(pool.sent(), (Sent{"2: assign 0.1"}));
    // A better one is welcome.
    pool.from(1, protocol::Hello{.slots = 1, .pid = 1, .host = "greedy"});
    pool.turn();
    const auto other = pool.submit({}, twice, 5);
    EXPECT_EQ(pool.sent(), (Sent{"1: assign 1.1"}));
}

TEST(OwnMistakes, break_the_pool_instead_of_hanging_it) {
    struct Broken final : Transport {
        Rank rank() const override { return 0; }
        int size() const override { return 2; }
        void send(Rank, Bytes) override {}
        bool poll(MessageSink&) override { throw std::logic_error("out of thin air"); }
        bool is_sending() const override { return false; }
        void arm() override {}
        Doorbell& doorbell() override { return bell; }
        Duration sleep_max() const override { return Duration::zero(); }
        std::size_t batch_bytes() const override { return 4000; }
        void close() override {}
        std::atomic<std::uint32_t> word{0};
        Doorbell bell{word};
    } transport;
    const ClientRef<Coordinator> coordinator(new Coordinator(transport, PaceKind::quiet));
    coordinator->add_worker(transport, 1, 1);
    const auto future = detail::submit_task<detail::Crossing::required>(*coordinator, {}, twice, 4);
    EXPECT_THROW((void)future.result(), BrokenExecutor);
    EXPECT_NE(error_of(future).find("out of thin air"), std::string::npos) << error_of(future);
    coordinator->close(0, Duration::zero());
}

}  // namespace
}  // namespace rankpool
