#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <rankpool/core/ids.hpp>
#include <rankpool/core/time.hpp>
#include <rankpool/scheduler/command.hpp>
#include <rankpool/scheduler/counters.hpp>
#include <rankpool/scheduler/edge_pool.hpp>
#include <rankpool/scheduler/event.hpp>
#include <rankpool/scheduler/history.hpp>
#include <rankpool/scheduler/limits.hpp>
#include <rankpool/scheduler/prefill.hpp>
#include <rankpool/scheduler/ready_queue.hpp>
#include <rankpool/scheduler/request_table.hpp>
#include <rankpool/scheduler/reservation.hpp>
#include <rankpool/scheduler/seat_table.hpp>
#include <rankpool/scheduler/stock.hpp>
#include <rankpool/scheduler/straggler_list.hpp>
#include <rankpool/scheduler/task_table.hpp>
#include <rankpool/scheduler/worker_table.hpp>

namespace rankpool::scheduler {

/// Decides which worker runs which task: events go in, commands come out, and nothing else happens.
///
/// Commands are appended and must be carried out in order. The same limits and events give the same commands and
/// digest() on every machine. docs/scheduler_states.md tells the states and the rules.
///
/// @throws ContractError  an event that cannot be: an unknown task, a worker that joins twice, time that goes back; the
///                        text has the task's story. The scheduler is as before the event.
class Scheduler {
  public:
    explicit Scheduler(Limits limits = {});

    void handle(const Event& event, Instant now, CommandSink& commands);

    void on(const WorkerJoined& event, Instant now, CommandSink& commands);
    void on(const WorkerDraining& event, Instant now, CommandSink& commands);
    /// O(k log k) for a worker that held k tasks, and the dependents of those that are given up.
    void on(const WorkerLost& event, Instant now, CommandSink& commands);
    void on(const PoolFormed& event, Instant now, CommandSink& commands);
    /// O(tasks put off).
    void on(const AllocationEnds& event, Instant now, CommandSink& commands);
    void on(const TimePassed& event, Instant now, CommandSink& commands);
    void on(const DataMoved& event, Instant now, CommandSink& commands);
    void on(const ResourceNamed& event, Instant now, CommandSink& commands);
    /// O(workers).
    void on(const RequestDefined& event, Instant now, CommandSink& commands);
    void on(const TaskSubmitted& event, Instant now, CommandSink& commands);
    void on(const TaskStarted& event, Instant now, CommandSink& commands);
    void on(const TaskSuspended& event, Instant now, CommandSink& commands);
    void on(const TaskResumed& event, Instant now, CommandSink& commands);
    void on(const TaskFinished& event, Instant now, CommandSink& commands);
    void on(const TaskReturned& event, Instant now, CommandSink& commands);
    void on(const RevokeRefused& event, Instant now, CommandSink& commands);
    void on(const CancelRequested& event, Instant now, CommandSink& commands);

    /// Tells that reports of this worker about this task come soon, some events ahead: hides the wait for their memory.
    /// Optional, and never wrong.
    void expect_report(WorkerId worker, TaskId task);

    /// When to call again, with TimePassed, if there is no news before.
    std::optional<Instant> next_deadline() const;

    /// Checks every rule of docs/scheduler_states.md. O(tasks + workers).
    /// @throws ContractError  a rule is broken; the text says which
    void check_invariants() const;
    /// A number that differs, almost certainly, between schedulers that went different ways.
    std::uint64_t digest() const { return history_.digest(); }
    /// What happened to the task lately, and why. Looks at the whole history: for messages and debugging.
    std::string story(TaskId task) const { return history_.story(task); }
    /// Why the task does not run now. May look at all tasks: for messages and debugging.
    std::string explain(TaskId id) const;
    /// What the request asks for, who could meet it, and what the worker that comes closest lacks.
    std::string explain(RequestId id) const;
    Counters counters() const;
    /// Edges from inputs to dependents that take memory now.
    std::uint64_t edges_in_use() const { return edges_.used(); }

  private:
    // scheduler.cpp
    void fetch_neighbours(WorkerId worker, TaskId task) const;
    void advance(Instant now);
    TaskState state_of(TaskId id) const;
    [[noreturn]] void refuse(TaskId id, const std::string& why) const;

    // placing.cpp
    void place_ready_tasks(CommandSink& commands);
    /// False if the first of the plain tasks has to wait.
    bool place_plain(CommandSink& commands);
    /// Who has the task's input, if that is better than the other worker, who has none of it.
    WorkerId better_near(const Task& task, WorkerId elsewhere) const;
    void assign(TaskId id, WorkerId worker, CommandSink& commands);
    void take_back_for_idle_workers(CommandSink& commands);
    Prefill::Market market(const Task& task) const {
        const std::uint64_t ready = ready_.count() + requests_.ready_count();
        return {.ready = ready, .slots = workers_.slots(), .is_ordered = task.path != 0 || ready < workers_.slots()};
    }
    void revoke(TaskId id, Step reason, CommandSink& commands);

    // ready_tasks.cpp: into and out of the queues, and what tasks take from their workers' stock.
    void make_ready(TaskId id);
    void make_ready_again(TaskId id);
    void take_from_ready(TaskId id);
    void take_from_worker(TaskId id);
    void offer(WorkerId worker);

    // requests.cpp
    struct Fit {
        WorkerId worker;
        std::uint8_t variant = 0;
    };
    bool has_room(const Request& request, WorkerId id, const Task& task) const;
    std::optional<std::uint8_t> fitting_variant(const Request& request, WorkerId worker, const Task& task) const;
    bool could_run(const Request& request, WorkerId worker) const;
    bool is_infeasible(RequestId id) const;
    void count_able(WorkerId worker, std::int32_t change);
    /// Where its data is, if it fits there and that is better than elsewhere.
    Fit fit_near(const Request& request, const Task& task) const;
    Fit find_worker(RequestId id, const Task& task);
    /// What to place next, and where; without a worker, wherever it fits.
    struct Choice {
        RequestId request;
        WorkerId worker;
    };
    /// Of what fits workers that have news.
    Choice choose_for_news();
    Choice choose_requested();
    void place_requested(Choice choice, CommandSink& commands);
    void settle_stranded(CommandSink& commands);

    // wide_tasks.cpp: those over several workers.
    bool is_wide(const Task& task) const {
        return requests_.contains(task.request) && requests_[task.request].is_wide();
    }
    /// False if the first task of the request has to wait.
    bool place_wide(RequestId of, CommandSink& commands);
    /// So many of the candidates, on as few nodes as can be had greedily.
    std::vector<WorkerId> on_few_nodes(const std::vector<WorkerId>& candidates, std::size_t count) const;
    bool has_seat(const Request& request, std::uint8_t variant, WorkerId id) const;
    void start_wide(TaskId id, std::uint8_t variant, const std::vector<WorkerId>& members, CommandSink& commands);
    /// The leader has ended; nobody waits for the others.
    void leave_members(TaskId id, TaskEnd end, CommandSink& commands);
    void end_attempt_of(TaskId id, WorkerId member, CommandSink& commands);

    // reserving.cpp
    void reserve(TaskId id, CommandSink& commands);
    void replace_overdue();
    void drop_reservation();
    bool is_reservation_stale() const;
    /// A reserved worker on which the task may run before the one it is reserved for, or none.
    WorkerId backfill(const Task& task) const;
    bool may_use_reserved(const Task& task) const;

    // seats.cpp
    void take_seat(const SeatTable::Key& key, const Seat& seat);
    Seat leave_seat(const SeatTable::Key& key);
    /// False if there is no such seat.
    bool suspend_seat(const SeatTable::Key& key, bool is_suspended);
    /// The report names an execution that is not the task's own. True if it was a seat.
    bool on_seat(const TaskFinished& event, CommandSink& commands);
    void lose_seats(WorkerId worker, LossReason reason, CommandSink& commands);
    /// Takes a held task from its worker, where it goes on until it is stopped.
    void retire(TaskId id, CommandSink& commands);
    void stop_rival(TaskId id, CommandSink& commands);
    void stop(const SeatTable::Key& key, CommandSink& commands);
    void check_seats() const;

    // speculation.cpp
    void watch(TaskId id);
    Instant straggler_from(const Task& task, Instant started) const;
    /// True if there is a copy more.
    bool copy_stragglers(CommandSink& commands);
    bool copy(TaskId id, CommandSink& commands);

    // time_budget.cpp
    Duration time_needed(const Task& task) const;
    bool would_end_late(const Task& task, Duration wait) const;
    Duration wait_at(WorkerId id) const;
    void put_off(TaskId id);
    /// Puts tasks of which is_wanted(task) is true back into their queues.
    template <class IsWanted>
    void reconsider_put_off(IsWanted is_wanted) {
        // The last first: each goes in front of the ones put off after it.
        for (TaskId id = put_off_.last; id.is_valid();) {
            const TaskId previous = tasks_[id].previous;
            if (is_wanted(tasks_[id])) {
                take_from_ready(id);
                make_ready_again(id);
            }
            id = previous;
        }
    }
    std::string explain_put_off(TaskId id) const;

    // settling.cpp: the task is in no collection any more when it is settled.
    void succeed(TaskId id, Place result, CommandSink& commands);
    void settle_unsuccessful(TaskId id, Settlement settlement, CommandSink& commands);
    void settle_dependents(TaskId id, Settlement settlement, CommandSink& commands);
    void settle(TaskId id, Settlement settlement, TaskId cause, CommandSink& commands);

    // reports.cpp
    bool is_current(TaskId id, Execution execution, std::uint32_t member = 0);
    void refuse_cancel(TaskId id, CommandSink& commands);
    void end_badly(TaskId id, TaskEnd end, bool is_cancel_pending, CommandSink& commands);
    void try_again(TaskId id, Step reason);

    // workforce.cpp
    void suspect_running_tasks(const Worker& worker);
    void end_by_loss(TaskId id, LossReason reason, CommandSink& commands);

    // explain.cpp
    std::string explain_waiting(TaskId id) const;
    std::string explain_ready(TaskId id) const;
    std::string explain_workers(const Task& task) const;
    std::string explain_held(TaskId id) const;
    std::string explain_requested(TaskId id) const;
    std::string explain_rival(TaskId id) const;
    std::string explain_members(TaskId id) const;
    std::string explain_wide(TaskId id) const;

    // request_invariants.cpp
    void check_stock() const;
    void check_requests() const;

    Limits limits_;
    TaskTable tasks_;
    EdgePool edges_;
    ReadyQueue ready_;  ///< plain tasks: any free slot will do
    RequestTable requests_;
    Stock stock_;
    WorkerTable workers_;
    Prefill prefill_;
    TransferSpeed transfer_speed_;
    Reservation reservation_;
    SeatTable seats_;
    StragglerList stragglers_;
    std::vector<NodeId> nodes_;  ///< by worker
    History history_;
    Counters counted_;  ///< only what is counted up; counters() adds what is the case now
    Instant now_ = Instant::min();
    bool is_formed_ = false;
    Instant end_ = Instant::max();
    bool is_over_ = false;  ///< the end was reached, and all queues asked back
    TaskList put_off_;      ///< ready tasks that would not end in time
    std::uint64_t put_off_count_ = 0;
    TaskList settling_;               ///< settled tasks whose dependents are still to be settled; empty between events
    std::vector<TaskId> lost_tasks_;  ///< working space of WorkerLost
    struct Expected {
        WorkerId worker;
        TaskId task;
    };
    std::array<Expected, 8> expected_;  ///< of expect_report(): on their way into the cache; decides nothing
    std::uint32_t next_expected_ = 0;
};

}  // namespace rankpool::scheduler
