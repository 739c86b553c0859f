#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <simulation/watcher.hpp>
#include <tuple>

#include <rankpool/scheduler/limits.hpp>

namespace rankpool::simulation {

/// Workers run no more tasks than they have slots, get no more ahead than the limits allow, and no plain one beyond
/// their slots while another worker has a free one. Workers that drain or are lost get nothing.
class SlotChecker final : public Watcher {
  public:
    /// @param may_reserve  there are tasks over several workers: for them slots are kept free
    explicit SlotChecker(const scheduler::Limits& limits, bool may_reserve = false)
        : ahead_max_(std::max(limits.ahead_max, limits.ahead_unmeasured)), may_reserve_(may_reserve) {}

    void decided(const scheduler::Event& event, std::span<const scheduler::Command> commands, Instant when) override;
    void worker_joined(WorkerId worker, std::uint32_t slots, Instant when) override;
    void started(TaskNumber task, WorkerId worker, std::uint32_t attempt, Instant when) override;
    void suspended(TaskNumber task, WorkerId worker, Instant when) override;
    void resumed(TaskNumber task, WorkerId worker, Instant when) override;
    void ended(TaskNumber task, WorkerId worker, scheduler::TaskEnd end, Instant when) override;
    void stopped(TaskNumber task, WorkerId worker, Instant when) override;
    void member_started(TaskNumber task, WorkerId worker, Instant when) override;
    void member_ended(TaskNumber task, WorkerId worker, Instant when) override;

  private:
    struct Worker {
        std::uint32_t slots = 0;
        std::uint32_t running = 0;  ///< really
        std::uint32_t held = 0;     ///< as far as rank 0 knows, without the suspended ones
        bool takes_tasks = true;
    };
    struct Held {
        WorkerId worker;
        bool is_suspended = false;
    };
    using Key = std::tuple<TaskId, Execution, std::uint32_t>;  ///< the last is the member

    void hear(const scheduler::Event& event);
    void shift(Key key, bool is_suspended);
    void release(Key key);
    void forget(WorkerId worker);
    void check(const scheduler::AssignTask& command, Instant when);
    void run(WorkerId worker, Instant when);

    std::uint32_t ahead_max_;
    bool may_reserve_;
    std::set<TaskId> plain_;  ///< tasks without a request, which may run anywhere
    std::map<WorkerId, Worker> workers_;
    std::map<Key, Held> held_;
};

}  // namespace rankpool::simulation
