#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <rankpool/protocol/messages.hpp>
#include <rankpool/task/client.hpp>
#include <rankpool/task/foreign_inputs.hpp>

namespace rankpool {

class Worker;

/// Lets the tasks of a worker submit tasks: calls go to the coordinator as records, outcomes come back.
///
/// All state is guarded by the worker's lock. When the worker ends, close() settles what is left.
class RemoteClient final : public Client {
  public:
    explicit RemoteClient(Worker& worker);

    void submit(const StateRef& state, const TaskOptions& options) override;
    bool shares_memory() const override { return false; }
    bool cancel(TaskState& state) override;
    void request_stop(TaskState& state) override;
    bool help_until(Waitable& waitable, Instant deadline) override;

    // For the worker, with its lock held.
    void on_settled(const protocol::Settled& settled);
    void on_cancel_refused(std::uint32_t token);
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
    ForeignInputs held_;
    std::unordered_multimap<TaskState*, Waitable*> cancel_waits_;
};

}  // namespace rankpool
