#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/transport/loopback.hpp>
#include <rankpool/transport/progress.hpp>

namespace rankpool {
namespace {

using namespace std::chrono_literals;

// Long enough for any machine; tests that work never wait so long.
constexpr Duration patience = 60s;

// Counts the messages that arrive; each says with its size which counter.
class Role final : public Progress::Role, private MessageSink {
  public:
    explicit Role(Transport& transport) : transport_(transport) {}

    bool turn() override {
        EXPECT_EQ(inside_.fetch_add(1), 0) << "two threads turn at once";
        ++turns;
        const bool any = transport_.poll(*this);
        inside_.fetch_sub(1);
        if (fails.exchange(false)) throw std::runtime_error("the crank broke");
        return any;
    }
    bool is_busy() const override { return busy; }
    void after_turn() override { ++after_turns; }

    std::vector<int> arrived = std::vector<int>(64, 0);  // under the progress's lock, as is `busy`
    bool busy = false;
    std::atomic<int> turns{0};
    std::atomic<int> after_turns{0};
    std::atomic<bool> fails{false};

  private:
    void receive(Rank, BytesView message) override { ++arrived.at(message.size()); }

    Transport& transport_;
    std::atomic<int> inside_{0};
};

struct ProgressTest : testing::TestWithParam<PaceKind> {
    void mail(std::size_t counter) {
        Bytes message;
        message.extend(counter);
        sender->send(0, std::move(message));
    }
    bool wait_for(std::size_t counter, int count, Duration at_most = patience) {
        std::unique_lock lock(progress.mutex());
        return progress.wait_until(
            lock, [&] { return role.arrived[counter] >= count; }, now() + at_most);
    }

    LoopbackNetwork network{2};
    std::unique_ptr<Transport> sender = network.endpoint(1);
    std::unique_ptr<Transport> transport = network.endpoint(0);
    Role role{*transport};
    Progress progress{role, *transport, GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Paces, ProgressTest, testing::Values(PaceKind::latency, PaceKind::balanced, PaceKind::quiet));

TEST_P(ProgressTest, who_waits_turns_the_crank) {
    mail(3);
    EXPECT_TRUE(wait_for(3, 1));
    EXPECT_GE(role.turns.load(), 1);
    EXPECT_EQ(role.after_turns.load(), 1);
}

TEST_P(ProgressTest, what_is_ready_needs_no_turn) {
    EXPECT_TRUE(wait_for(3, 0));
    EXPECT_TRUE(wait_for(3, 0, -1s));
    EXPECT_EQ(role.turns.load(), 0);
}

TEST_P(ProgressTest, wakes_from_sleep_when_mail_comes) {
    for (int round = 1; round <= 20; ++round) {
        std::thread late([&] {
            std::this_thread::sleep_for(1ms);
            mail(1);
        });
        EXPECT_TRUE(wait_for(1, round));
        late.join();
    }
}

TEST_P(ProgressTest, gives_up_at_the_deadline_and_not_before) {
    const Instant start = now();
    EXPECT_FALSE(wait_for(1, 1, 30ms));
    EXPECT_GE(now() - start, 30ms);
}

TEST_P(ProgressTest, gives_up_at_the_deadline_although_there_is_always_news) {
    struct Flood final : Progress::Role {
        bool turn() override {
            ++turns;
            return true;
        }
        bool is_busy() const override { return false; }
        int turns = 0;
    } flood;
    Progress flooded(flood, *transport, GetParam());
    std::unique_lock lock(flooded.mutex());
    const Instant start = now();
    EXPECT_FALSE(flooded.wait_until(
        lock, [] { return false; }, start + 5ms));
    EXPECT_GE(now() - start, 5ms);
    EXPECT_GT(flood.turns, 0);
}

TEST_P(ProgressTest, gives_up_at_the_deadline_while_another_thread_turns) {
    std::thread other([&] { EXPECT_TRUE(wait_for(2, 1)); });
    while (role.turns.load() == 0) std::this_thread::yield();
    const Instant start = now();
    EXPECT_FALSE(wait_for(1, 1, 30ms));
    EXPECT_GE(now() - start, 30ms);
    mail(2);
    other.join();
}

TEST_P(ProgressTest, several_threads_wait_each_for_its_own) {
    constexpr std::size_t count = 6;
    constexpr int rounds = 200;
    std::vector<std::thread> threads;
    std::atomic<int> timeouts{0};
    for (std::size_t i = 0; i < count; ++i) {
        threads.emplace_back([&, i] {
            for (int round = 1; round <= rounds; ++round) timeouts += wait_for(i, round) ? 0 : 1;
        });
    }
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < count; ++i) mail((i + static_cast<std::size_t>(round)) % count);
        if (round % 16 == 0) std::this_thread::sleep_for(500us);  // Lets them fall asleep now and then.
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(timeouts.load(), 0);
}

TEST_P(ProgressTest, wake_makes_waiters_look_again) {
    constexpr int rounds = 1'000;
    std::atomic<int> flag{0};
    std::atomic<int> seen{0};
    const auto follow = [&] {
        std::unique_lock lock(progress.mutex());
        for (int round = 1; round <= rounds; ++round) {
            EXPECT_TRUE(progress.wait_until(
                lock, [&] { return flag.load() >= round; }, now() + patience));
            ++seen;
        }
    };
    std::thread first(follow);
    std::thread second(follow);
    const Instant start = now();
    for (int round = 1; round <= rounds; ++round) {
        flag = round;
        progress.wake();
        if (round % 8 != 0) continue;
        while (seen.load() < 2 * round && now() - start < patience) std::this_thread::yield();
    }
    first.join();
    second.join();
    EXPECT_EQ(seen.load(), 2 * rounds);
}

TEST_P(ProgressTest, turn_once_takes_in_what_has_arrived) {
    mail(5);
    std::unique_lock lock(progress.mutex());
    progress.turn_once(lock);
    EXPECT_TRUE(lock.owns_lock());
    EXPECT_EQ(role.arrived[5], 1);
    EXPECT_EQ(role.after_turns.load(), 1);
    progress.turn_once(lock);
    EXPECT_EQ(role.after_turns.load(), 1);
}

TEST_P(ProgressTest, an_error_reaches_who_waits_and_leaves_the_crank_free) {
    role.fails = true;
    EXPECT_THROW(wait_for(1, 1), std::runtime_error);
    {
        role.fails = true;
        std::unique_lock lock(progress.mutex());
        EXPECT_THROW(progress.turn_once(lock), std::runtime_error);
        EXPECT_TRUE(lock.owns_lock());
    }
    mail(1);
    EXPECT_TRUE(wait_for(1, 1, 20s));
}

TEST_P(ProgressTest, the_background_turns_while_nobody_waits_and_the_role_is_busy) {
    progress.start_background();
    progress.start_background();  // There is one already.
    const auto arrives = [&](int count) {
        const Instant start = now();
        while (now() - start < patience) {
            {
                const std::lock_guard lock(progress.mutex());
                if (role.arrived[7] == count) return true;
            }
            std::this_thread::sleep_for(1ms);
        }
        return false;
    };
    const auto set_busy = [&](bool busy) {
        const std::lock_guard lock(progress.mutex());
        role.busy = busy;
        if (busy) progress.became_busy();
    };
    for (int round = 1; round <= 3; ++round) {
        set_busy(true);
        mail(7);
        EXPECT_TRUE(arrives(round));
        set_busy(false);
        // In the end it sleeps.
        const Instant start = now();
        int before = -1;
        while (before != role.turns.load() && now() - start < patience) {
            before = role.turns.load();
            std::this_thread::sleep_for(40ms);
        }
        EXPECT_EQ(before, role.turns.load());
    }
    progress.stop_background();
    progress.stop_background();
}

TEST_P(ProgressTest, the_background_attends_to_what_others_wait_for) {
    const auto lock_and = [&](auto action) {
        const std::lock_guard lock(progress.mutex());
        return action();
    };
    progress.start_background();
    lock_and([&] {
        role.busy = true;
        progress.attend(1);
        progress.became_busy();
    });
    for (int round = 1; round <= 20; ++round) {
        std::this_thread::sleep_for(1ms);  // It may sleep by now; mail wakes it.
        mail(2);
        const Instant deadline = now() + patience;
        while (lock_and([&] { return role.arrived[2]; }) < round && now() < deadline) std::this_thread::yield();
        EXPECT_EQ(lock_and([&] { return role.arrived[2]; }), round);
    }
    mail(3);
    EXPECT_TRUE(wait_for(3, 1)) << "others may wait meanwhile";
    progress.stop_background();  // It ends although it waits.
    lock_and([&] { progress.attend(-1); });
}

TEST_P(ProgressTest, threads_can_wait_beside_the_background) {
    progress.start_background();
    {
        const std::lock_guard lock(progress.mutex());
        role.busy = true;
        progress.became_busy();
    }
    for (int round = 1; round <= 200; ++round) {
        mail(9);
        if (round % 20 == 0) std::this_thread::sleep_for(1ms);
        EXPECT_TRUE(wait_for(9, round));
    }
}

TEST_P(ProgressTest, the_background_goes_on_after_an_error) {
    progress.start_background();
    testing::internal::CaptureStderr();
    {
        const std::lock_guard lock(progress.mutex());
        role.fails = true;
        role.busy = true;
        progress.became_busy();
    }
    const Instant start = now();
    while (role.fails && now() - start < patience) std::this_thread::sleep_for(1ms);
    EXPECT_FALSE(role.fails);
    const int before = role.turns.load();
    while (role.turns.load() == before && now() - start < patience) std::this_thread::sleep_for(1ms);
    EXPECT_GT(role.turns.load(), before);
    progress.stop_background();
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_NE(text.find("the crank broke"), std::string::npos) << text;
}

}  // namespace
}  // namespace rankpool
