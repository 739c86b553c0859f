// Workers of which some tell the truth and all send noise besides: every future gets an end, and nothing breaks.
#include <algorithm>
#include <coordinator/fake_pool.hpp>
#include <deque>
#include <map>
#include <random>
#include <transport/traffic.hpp>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>

namespace rankpool {
namespace {

using protocol::Kind;

constexpr int workers = 3;

class NoisyPool {
  public:
    explicit NoisyPool(std::uint32_t seed) : random_(seed), pool_(workers) {}

    void run(int steps) {
        for (int step = 0; step < steps; ++step) {
            if (roll(3) == 0) submit();
            if (roll(8) == 0 && !futures_.empty()) pick(futures_).request_stop();
            if (roll(2) == 0) send_noise();
            work();
            pool_.turn();
            take_orders();
        }
        const Instant deadline = now() + std::chrono::seconds(60);
        // What noise made a rank submit ends too, perhaps after the futures here.
        while ((!all_done() || !pool_.coordinator->await_tasks(now())) && now() < deadline) {
            work();
            pool_.turn();
            take_orders();
        }
        EXPECT_TRUE(all_done());
        EXPECT_TRUE(pool_.coordinator->await_tasks(now())) << "it counts tasks that are gone";
        for (const auto& future : futures_) {
            try {
                (void)future.result();
            } catch (const Error&) {
            } catch (const std::runtime_error&) {
            }
        }
    }

  private:
    struct Held {
        std::uint32_t task = 0;
        std::uint32_t execution = 0;
    };

    std::uint32_t roll(std::uint32_t sides) { return static_cast<std::uint32_t>(random_() % sides); }
    template <class Item>
    Item& pick(std::vector<Item>& list) {
        return list[roll(static_cast<std::uint32_t>(list.size()))];
    }
    bool all_done() {
        return std::all_of(futures_.begin(), futures_.end(), [](const auto& future) { return future.done(); });
    }
    void submit() {
        if (!futures_.empty() && roll(3) == 0) {
            futures_.push_back(pool_.submit({.retries = static_cast<int>(roll(2))}, twice, pick(futures_)));
        } else {
            futures_.push_back(pool_.submit(
                {.priority = static_cast<int>(roll(3)), .ranks = roll(4) == 0 ? 2 : 1, .speculative = roll(2) == 0},
                twice, 1));
        }
    }
    // What the honest side of each worker does: it holds what it is given, answers, and finishes one now and then.
    void take_orders() {
        for (const auto& message : std::exchange(pool_.transport.sent, {})) {
            protocol::RecordReader records(message.bytes.view());
            while (const auto record = records.next()) obey(message.peer, *record);
        }
    }
    void obey(Rank rank, const protocol::Record& record) {
        auto& held = held_[rank];
        const Held named{record.header.id, record.header.number};
        seen_.push_back(named);
        if (record.header.kind == Kind::assign) {
            held.push_back(named);
        } else if (record.header.kind == Kind::revoke) {
            const auto found = std::find_if(held.begin(), held.end(), [&](const Held& one) {
                return one.task == named.task && one.execution == named.execution;
            });
            const bool gives_back = found != held.end() && roll(2) == 0;
            if (gives_back) held.erase(found);
            pool_.from(rank, gives_back ? Kind::returned : Kind::revoke_refused, named.task, named.execution);
        }
    }
    void work() {
        for (auto& [rank, held] : held_) {
            if (held.empty() || roll(2) == 0) continue;
            const int value = 7;
            const Bytes failure = FakePool::packed_failure("honest");
            const bool raised = roll(4) == 0;
            pool_.from(rank,
                       protocol::Finished{.task = held.front().task,
                                          .execution = held.front().execution,
                                          .raised = raised,
                                          .busy_ns = random_() % 10'000'000,
                                          .outcome = raised ? failure.view() : std::as_bytes(std::span(&value, 1))});
            held.pop_front();
        }
    }
    std::uint32_t wild_number() {
        switch (roll(4)) {
            case 0:
                return roll(20);
            case 1:
                return static_cast<std::uint32_t>(random_());
            case 2:
                return 0xffffffff - roll(3);
            default:
                return 1;
        }
    }
    void send_noise() {
        const Rank rank = static_cast<Rank>(1 + roll(workers + 1));  // One more than there are.
        Bytes message;
        // initializer_failed would end the pool, as it should.
        constexpr Kind kinds[] = {Kind::started,        Kind::suspended, Kind::resumed,      Kind::returned,
                                  Kind::revoke_refused, Kind::cancel,    Kind::request_stop, Kind::release,
                                  Kind::goodbye,        Kind::stop,      Kind::settled,      Kind::finished};
        switch (roll(5)) {
            case 0: {  // Something true at some time, from anybody.
                const Held named = seen_.empty() ? Held{} : pick(seen_);
                protocol::write(message, kinds[roll(std::size(kinds))], named.task, named.execution, "12345678");
                break;
            }
            case 1:
                protocol::write(message, kinds[roll(std::size(kinds))], wild_number(), wild_number(), "12345678");
                break;
            case 2:
                protocol::write(message, protocol::Hello{.slots = wild_number() | 1U, .pid = 0, .host = "noise"});
                break;
            case 3: {
                protocol::Submit submit;
                submit.token = wild_number();
                submit.function = wild_number();
                for (std::uint32_t i = roll(3); i != 0; --i) submit.inputs.push_back({.token = roll(4), .value = {}});
                protocol::write(message, submit);
                break;
            }
            default:
                for (std::uint32_t i = roll(40); i != 0; --i) {
                    const auto byte = static_cast<unsigned char>(roll(256));
                    message.append(&byte, 1);
                }
                break;
        }
        if (roll(4) == 0 && !message.empty()) {
            message.data()[roll(static_cast<std::uint32_t>(message.size()))] ^= std::byte{1};
        }
        if (is_bearable(rank, message)) pool_.transport.arriving.push_back({rank, std::move(message)});
    }
    // A failed initializer ends the pool, as it should; and nobody can tell what is true about a task if its own holder
    // says that it runs and then that it never started.
    bool is_bearable(Rank rank, const Bytes& message) {
        try {
            protocol::RecordReader records(message.view());
            while (const auto record = records.next()) {
                const protocol::Header& header = record->header;
                if (header.kind == Kind::initializer_failed) return false;
                const bool claims_to_run = header.kind == Kind::started || header.kind == Kind::suspended ||
                                           header.kind == Kind::resumed || header.kind == Kind::revoke_refused;
                for (const Held& one : held_[rank]) {
                    if (claims_to_run && one.task == header.id && one.execution == header.number) return false;
                }
            }
        } catch (const DecodeError&) {
        }
        return true;
    }

    std::mt19937 random_;
    FakePool pool_;
    std::vector<Future<int>> futures_;
    std::map<Rank, std::deque<Held>> held_;
    std::vector<Held> seen_;
};

TEST(RandomReports, leave_every_future_with_an_end) {
    const std::uint32_t first = test_seed();
    testing::internal::CaptureStderr();
    for (std::uint32_t seed = first; seed != first + 300 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        NoisyPool(seed).run(300);
    }
    (void)testing::internal::GetCapturedStderr();
}

}  // namespace
}  // namespace rankpool
