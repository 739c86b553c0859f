#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <rankpool/protocol/messages.hpp>
#include <rankpool/task/client.hpp>
#include <rankpool/task/foreign_inputs.hpp>

namespace rankpool {

class Progress;
class Worker;

/// Lets the tasks of a worker submit tasks: calls go to the coordinator as records, outcomes come back.
///
/// All state is guarded by the worker's lock. When the worker ends, close() settles what is left.
class RemoteClient final : public Client {
  public:
    explicit RemoteClient(Worker& worker);

    void submit(const StateRef& state, const TaskOptions& options) override;
    bool shares_memory() const override { return false; }
    Rank rank_for(std::size_t i) override;
    bool cancel(TaskState& state) override;
    void request_stop(TaskState& state) override;
    void fetch(TaskState& state, Waitable& arrived) override;
    void leave_fetch(TaskState& state, Waitable& arrived) override;
    void forget(const TaskState& state) override;
    bool help_until(Waitable& waitable, Instant deadline) override;
    void attend(int more) override;

    // For the worker, with its lock held.
    void on_settled(const protocol::Settled& settled);
    /// Its numbers for what a wait waits for; none if others are among it.
    std::vector<std::uint32_t> tokens_of(const Waitable& waitable) const;
    void on_cancel_refused(std::uint32_t token);
    /// Gives back the tokens of results that nobody here needs any more.
    void send_releases();
    bool has_releases() const { return has_releases_.load(std::memory_order_acquire); }
    /// Settles what is left with BrokenExecutor and refuses what comes later; the worker may go afterwards.
    void close();

  private:
    void send(const StateRef& state, const TaskOptions& options);
    std::uint32_t take_token(const StateRef& state);
    void answer_cancel(TaskState& state);
    bool knows(const TaskState& state) const;

    Worker* worker_;                // null after close()
    std::vector<StateRef> states_;  // by token
    std::vector<std::uint32_t> free_tokens_;
    std::unordered_map<std::uint32_t, const TaskState*> kept_;  // settled, with a result that a rank keeps, by token
    std::mutex forget_mutex_;                                   // guards the next two
    std::vector<std::uint32_t> forgotten_;
    Progress* progress_ = nullptr;  // null after close()
    std::atomic<bool> has_releases_{false};
    ForeignInputs held_;
    std::unordered_multimap<TaskState*, Waitable*> cancel_waits_;
};

}  // namespace rankpool
