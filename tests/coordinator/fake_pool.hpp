#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/coordinator/coordinator.hpp>
#include <rankpool/executor/composition.hpp>
#include <rankpool/protocol/messages.hpp>
#include <rankpool/task/submit.hpp>
#include <rankpool/transport/recording.hpp>

namespace rankpool {

/// A coordinator whose workers are played by the test: ranks 1, 2, … It runs on the test's thread only, in turn().
class FakePool {
  public:
    explicit FakePool(int workers = 2, std::uint32_t slots = 1) : FakePool(workers, JoinLater{}) {
        for (Rank rank = 1; rank <= workers; ++rank) {
            from(rank, protocol::Hello{.slots = slots, .pid = 1, .host = "host" + std::to_string(rank)});
        }
        turn();
    }
    struct JoinLater {};
    FakePool(int workers, JoinLater)
        : transport(0, workers + 3), coordinator(new Coordinator(transport, PaceKind::quiet)) {
        for (Rank rank = 1; rank <= workers; ++rank) coordinator->add_worker(transport, rank, rank);
    }
    FakePool(const FakePool&) = delete;
    FakePool& operator=(const FakePool&) = delete;
    ~FakePool() { coordinator->close(0, Duration::zero()); }

    template <class F, class... A>
    auto submit(const TaskOptions& options, F&& function, A&&... arguments) {
        return detail::submit_task<detail::Crossing::required>(*coordinator, options, std::forward<F>(function),
                                                               std::forward<A>(arguments)...);
    }

    /// Lets a record arrive from a rank at the next turn.
    template <class... Fields>
    void from(Rank rank, const Fields&... fields) {
        Bytes message;
        protocol::write(message, fields...);
        transport.arriving.push_back({rank, std::move(message)});
    }
    void finish(Rank rank, const protocol::Assign& task, int value) {
        from(rank, protocol::Finished{.task = task.task,
                                      .execution = task.execution,
                                      .raised = false,
                                      .busy_ns = 1'000'000,
                                      .outcome = std::as_bytes(std::span(&value, 1))});
    }
    void raise(Rank rank, const protocol::Assign& task, const std::string& message) {
        const Bytes failure = packed_failure(message);
        from(rank, protocol::Finished{.task = task.task,
                                      .execution = task.execution,
                                      .raised = true,
                                      .busy_ns = 1'000,
                                      .outcome = failure.view()});
    }
    void tell(Rank rank, protocol::Kind kind, const protocol::Assign& task) {
        from(rank, kind, task.task, task.execution);
    }
    static Bytes packed_failure(const std::string& message) {
        Bytes packed;
        ByteWriter writer(packed);
        try {
            throw std::runtime_error(message);
        } catch (...) {
            encode_failure(writer, capture_failure());
        }
        return packed;
    }

    /// Handles everything that has arrived.
    void turn() {
        Waitable never;
        coordinator->help_until(never, now());
    }

    /// Takes a turn; what was sent since the last look, as "rank: record" in order. Assigned tasks are added to
    /// `assigned`.
    std::vector<std::string> sent() {
        turn();
        std::vector<std::string> found;
        for (const auto& message : std::exchange(transport.sent, {})) {
            protocol::RecordReader records(message.bytes.view());
            while (const auto record = records.next()) {
                found.push_back(std::to_string(message.peer) + ": " + text_of(message.peer, *record));
            }
        }
        return found;
    }
    struct Assigned {
        Rank rank;
        protocol::Assign task;  // without its views
        std::string name;
        Bytes inputs;
    };

    RecordingTransport transport;
    ClientRef<Coordinator> coordinator;
    std::vector<Assigned> assigned;

  private:
    std::string text_of(Rank to, const protocol::Record& record) {
        using protocol::Kind;
        const std::string numbers = " " + std::to_string(record.header.id) + "." + std::to_string(record.header.number);
        switch (record.header.kind) {
            case Kind::assign: {
                protocol::Assign task = protocol::read_assign(record);
                assigned.push_back({to, task, std::string(task.name), Bytes(task.inputs)});
                task.name = task.key = {};
                task.packed = task.inputs = {};
                assigned.back().task = task;
                return "assign" + numbers + (task.attempt != 1 ? " attempt " + std::to_string(task.attempt) : "") +
                       (task.must_stop ? " must stop" : "");
            }
            case Kind::revoke:
                return "revoke" + numbers;
            case Kind::stop_task:
                return "stop_task" + numbers;
            case Kind::settled: {
                constexpr const char* statuses[] = {"pending", "running", "succeeded", "failed", "cancelled"};
                return "settled " + std::to_string(record.header.id) + " " +
                       statuses[protocol::read_settled(record).status];
            }
            case Kind::cancel_refused:
                return "cancel_refused " + std::to_string(record.header.id);
            case Kind::stop:
                return "stop";
            case Kind::proceed:
                return "proceed";
            case Kind::fetch:
                return "fetch" + numbers;
            case Kind::drop:
                return "drop" + numbers;
            default:
                ADD_FAILURE() << "a coordinator sent a record of kind " << static_cast<int>(record.header.kind);
                return "?";
        }
    }
};

using Sent = std::vector<std::string>;
inline const Sent nothing{};

inline int twice(int x) { return 2 * x; }
inline int sum_of(const std::vector<int>& items) {
    int sum = 0;
    for (const int item : items) sum += item;
    return sum;
}
inline int add(int a, int b) { return a + b; }

/// The text of the exception that a settled future throws.
template <class T>
std::string error_of(const Future<T>& future) {
    try {
        (void)future.result(Duration::zero());
    } catch (const std::exception& error) {
        return error.what();
    }
    return "none";
}

}  // namespace rankpool
