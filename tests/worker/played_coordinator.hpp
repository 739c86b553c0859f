#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/core/error.hpp>
#include <rankpool/protocol/messages.hpp>
#include <rankpool/task/submit.hpp>
#include <rankpool/transport/loopback.hpp>
#include <rankpool/worker/worker.hpp>

namespace rankpool {

#if defined(__SANITIZE_THREAD__)
#define RANKPOOL_TEST_HAS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RANKPOOL_TEST_HAS_TSAN 1
#endif
#endif
#ifdef RANKPOOL_TEST_HAS_TSAN
inline constexpr bool has_thread_sanitizer = true;  // Each fiber costs it much memory.
#else
inline constexpr bool has_thread_sanitizer = false;
#endif

/// A worker in a thread of its own, and the test in the place of its coordinator.
class PlayedCoordinator final : private MessageSink {
  public:
    explicit PlayedCoordinator(WorkerOptions options = {}) : worker_(*far_end_, 0, std::move(options)) {
        thread_ = std::thread([this] { exit_code_ = worker_.run(); });
        EXPECT_TRUE(wait([&] { return !heard.empty(); }));
    }
    PlayedCoordinator(const PlayedCoordinator&) = delete;
    PlayedCoordinator& operator=(const PlayedCoordinator&) = delete;
    ~PlayedCoordinator() {
        if (thread_.joinable()) stop(0);
    }

    Worker& worker() { return worker_; }
    Client& client() { return worker_.client(); }

    /// Sends one record in a message of its own.
    template <class... Fields>
    void tell(const Fields&... fields) {
        Bytes message;
        protocol::write(message, fields...);
        send(std::move(message));
    }
    void send(Bytes message) { near_end_->send(1, std::move(message)); }

    struct Order {
        std::int32_t priority = 0;
        std::uint16_t level = 0;
        std::uint32_t attempt = 1;
        bool must_stop = false;
        std::string name = {};
        std::string key = {};
    };
    /// Assigns a call of `function` as task `task`, execution 1.
    template <class F, class... A>
    void assign(std::uint32_t task, const Order& order, F function, const A&... arguments) {
        const StateRef state(new TaskState(nullptr));
        detail::pack_call<std::decay_t<F>, std::decay_t<A>...>(*state, function, arguments...);
        tell(protocol::Assign{.task = task,
                              .execution = 1,
                              .level = order.level,
                              .function = state->function.value,
                              .attempt = order.attempt,
                              .priority = order.priority,
                              .is_local = false,
                              .must_stop = order.must_stop,
                              .name = order.name,
                              .key = order.key,
                              .packed = state->call().view(),
                              .inputs = {}});
    }
    /// Returns once the worker has handled all that was sent before.
    void meet() {
        const std::size_t before = meetings_;
        tell(protocol::Kind::revoke, meeting_task, 1U);
        EXPECT_TRUE(wait([&] { return meetings_ > before; }));
    }

    /// Receives until `ready()`, for at most a minute.
    bool wait(const std::function<bool()>& ready) {
        const Instant deadline = now() + std::chrono::seconds(60);
        int idle_looks = 0;
        while (!ready()) {
            if (now() >= deadline) return false;
            if (near_end_->poll(*this)) {
                idle_looks = 0;
            } else if (++idle_looks < 100) {
                std::this_thread::yield();
            } else {
                std::this_thread::sleep_for(std::chrono::microseconds(50));
            }
        }
        return true;
    }
    /// Waits until the worker has said this.
    bool wait_for(const std::string& words) {
        return wait([&] { return std::find(heard.begin(), heard.end(), words) != heard.end(); });
    }
    /// Waits until so many tasks have ended.
    bool wait_for_ends(std::size_t count) {
        return wait([&] { return outcomes.size() >= count; });
    }
    /// The result of a task that has ended well.
    template <class T>
    T result_of(std::uint32_t task) {
        EXPECT_TRUE(wait([&] { return outcomes.count(task) != 0; })) << "task " << task << " does not end";
        EXPECT_FALSE(outcomes.at(task).raised) << "task " << task << ": " << failure_of(task).message;
        ByteReader reader(outcomes.at(task).bytes.view());
        return decode<T>(reader);
    }
    Failure failure_of(std::uint32_t task) {
        EXPECT_TRUE(wait([&] { return outcomes.count(task) != 0; })) << "task " << task << " does not end";
        EXPECT_TRUE(outcomes.at(task).raised) << "task " << task << " did not fail";
        ByteReader reader(outcomes.at(task).bytes.view());
        return decode_failure(reader);
    }

    /// Tells the worker to stop and waits for its end; returns its exit code.
    int stop(std::uint32_t code) {
        tell(protocol::Kind::stop, 0U, code);
        EXPECT_TRUE(wait_for("goodbye"));
        thread_.join();
        return exit_code_;
    }

    /// What the worker has said, in order: "finished 3", "raised 3", "suspended 3", …; without "started".
    std::vector<std::string> heard;
    std::vector<std::uint32_t> started;
    struct Outcome {
        bool raised = false;
        Bytes bytes;
        Duration busy{};
    };
    std::map<std::uint32_t, Outcome> outcomes;  ///< of ended tasks, by number
    protocol::Hello hello;
    std::vector<std::uint32_t> kept;      ///< tasks whose results it keeps
    std::map<std::uint32_t, Bytes> data;  ///< kept results that it was asked for, by task
    protocol::Memory memory;              ///< what it said last
    std::vector<std::string> logged;      ///< "name: line"
    /// Runs what tasks submit on the same worker, and answers them.
    bool serves_submissions = true;

  private:
    static constexpr std::uint32_t meeting_task = 0x70000000;
    static constexpr std::uint32_t first_nested_task = 0x10000000;

    void receive(Rank from, BytesView message) override {
        EXPECT_EQ(from, 1);
        protocol::RecordReader records(message);
        while (const auto record = records.next()) hear(*record);
    }
    void hear(const protocol::Record& record) {
        using protocol::Kind;
        const std::string number = " " + std::to_string(record.header.id);
        switch (record.header.kind) {
            case Kind::hello:
                hello = protocol::read_hello(record);
                heard.emplace_back("hello");
                return;
            case Kind::finished:
                return hear_end(protocol::read_finished(record));
            case Kind::started:
                started.push_back(record.header.id);
                return;
            case Kind::suspended:
                return note("suspended" + number, record);
            case Kind::resumed:
                return note("resumed" + number, record);
            case Kind::returned:
                return note("returned" + number, record);
            case Kind::revoke_refused:
                if (record.header.id == meeting_task) {
                    ++meetings_;
                } else {
                    note("revoke_refused" + number, record);
                }
                return;
            case Kind::submit:
                return hear_submission(protocol::read_submit(record));
            case Kind::cancel:
                return note("cancel" + number, record);
            case Kind::request_stop:
                return note("request_stop" + number, record);
            case Kind::release:
                return note("release" + number, record);
            case Kind::initializer_failed:
                heard.push_back("initializer_failed: " + std::string(protocol::read_text(record)));
                return;
            case Kind::goodbye:
                heard.emplace_back("goodbye");
                return;
            case Kind::fetch:
                return note("fetch" + number + " from " + std::to_string(protocol::read_fetch(record).holder), record);
            case Kind::datum:
                data[record.header.id] = Bytes(record.payload);
                return;
            case Kind::memory:
                memory = protocol::read_memory(record);
                return;
            case Kind::log: {
                const protocol::Log log = protocol::read_log(record);
                logged.push_back(std::string(log.name) + ": " + std::string(log.line));
                return;
            }
            default:
                ADD_FAILURE() << "a worker sent a record of kind " << static_cast<int>(record.header.kind);
        }
    }
    void note(std::string words, const protocol::Record& record) {
        if (record.header.id < first_nested_task) heard.push_back(std::move(words));
    }
    void hear_end(const protocol::Finished& finished) {
        const auto nested = nested_.find(finished.task);
        if (nested != nested_.end()) {
            tell(protocol::Settled{
                .token = nested->second, .status = std::uint8_t(finished.raised ? 3 : 2), .outcome = finished.outcome});
            nested_.erase(nested);
            return;
        }
        heard.push_back((finished.raised ? "raised " : "finished ") + std::to_string(finished.task));
        EXPECT_EQ(outcomes.count(finished.task), 0U) << "task " << finished.task << " ends twice";
        if (finished.is_kept) kept.push_back(finished.task);
        outcomes[finished.task] = {finished.raised, Bytes(finished.outcome),
                                   Duration(static_cast<Duration::rep>(finished.busy_ns))};
    }
    void hear_submission(const protocol::Submit& submit) {
        if (!serves_submissions) {
            heard.push_back("submit " + std::to_string(submit.token));
            return;
        }
        EXPECT_TRUE(submit.inputs.empty());
        const std::uint32_t task = first_nested_task + next_nested_++;
        nested_[task] = submit.token;
        tell(protocol::Assign{.task = task,
                              .execution = 1,
                              .level = submit.level,
                              .function = submit.function,
                              .attempt = 1,
                              .priority = submit.priority,
                              .is_local = false,
                              .must_stop = false,
                              .name = submit.name,
                              .key = submit.key,
                              .packed = submit.packed,
                              .inputs = {}});
    }

    LoopbackNetwork network_{2};
    std::unique_ptr<Transport> near_end_ = network_.endpoint(0);
    std::unique_ptr<Transport> far_end_ = network_.endpoint(1);
    std::map<std::uint32_t, std::uint32_t> nested_;  // task to token
    std::uint32_t next_nested_ = 0;
    std::size_t meetings_ = 0;
    Worker worker_;
    std::thread thread_;
    int exit_code_ = -1;
};

/// Something tasks wait for and the test opens, by number: a future's state that the test settles.
class Gates {
  public:
    static Future<int> future(std::uint32_t gate) {
        const std::lock_guard lock(mutex());
        return Future<int>(state(gate));
    }
    static void open(std::uint32_t gate, int value = 1) {
        StateRef found;
        {
            const std::lock_guard lock(mutex());
            found = state(gate);
        }
        Bytes bytes;
        bytes.append(&value, sizeof value);
        found->succeed(std::move(bytes));
    }
    static void reset() {
        const std::lock_guard lock(mutex());
        states().clear();
    }

  private:
    static std::mutex& mutex() {
        static std::mutex one;
        return one;
    }
    static std::map<std::uint32_t, StateRef>& states() {
        static std::map<std::uint32_t, StateRef> all;
        return all;
    }
    static const StateRef& state(std::uint32_t gate) {
        StateRef& found = states()[gate];
        if (!found) found = StateRef(new TaskState(nullptr));
        return found;
    }
};

/// Keeps a worker's thread itself busy until the test lets it go.
class Barrier {
  public:
    void wait() {
        ++waiting;
        while (!open) std::this_thread::sleep_for(std::chrono::microseconds(50));
        --waiting;
    }
    std::atomic<bool> open{false};
    std::atomic<int> waiting{0};
};

}  // namespace rankpool
