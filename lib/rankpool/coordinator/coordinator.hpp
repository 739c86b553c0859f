#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <rankpool/coordinator/objects.hpp>
#include <rankpool/coordinator/peer.hpp>
#include <rankpool/coordinator/requests.hpp>
#include <rankpool/coordinator/seats.hpp>
#include <rankpool/journal/journal.hpp>
#include <rankpool/observe/pool_counts.hpp>
#include <rankpool/scheduler/scheduler.hpp>
#include <rankpool/scheduler/submit_gate.hpp>
#include <rankpool/task/client.hpp>
#include <rankpool/task/foreign_inputs.hpp>
#include <rankpool/task/wait_circle.hpp>
#include <rankpool/transport/progress.hpp>

namespace rankpool {

enum class CancelFutures : bool { no, yes };

/// The only place where the scheduler's commands become messages, and messages become its events.
///
/// Also the client of all futures that this process makes. One lock (that of its Progress) guards everything.
class Coordinator final : public Client, public Progress::Role, private MessageSink {
  public:
    /// `primary` is the transport whose doorbell wakes this process. It and those of the workers are used until
    /// close().
    Coordinator(Transport& primary, PaceKind pace);

    /// Counts a worker in; tasks go to it once it has said hello.
    /// @param is_local  it runs on threads of this process while others are ranks, so they talk through this one
    void add_worker(Transport& transport, Rank at, Rank rank, bool is_local = false);

    /// Starts to make progress in the background. Tasks fail with BrokenExecutor if no worker says hello in time.
    void start(Duration hello_at_most);

    // Client
    void submit(const StateRef& state, const TaskOptions& options) override;
    bool shares_memory() const override { return shares_memory_; }
    Rank rank_for(std::size_t i) override;
    bool cancel(TaskState& state) override;
    void request_stop(TaskState& state) override;
    void fetch(TaskState& state, Waitable& arrived) override;
    void leave_fetch(TaskState& state, Waitable& arrived) override;
    void forget(const TaskState& state) override;
    bool help_until(Waitable& waitable, Instant deadline) override;
    void attend(int more) override;
    std::string begin_wait(std::uint32_t task, std::uint32_t execution, const Waitable& waitable) override;
    void end_wait(std::uint32_t task, std::uint32_t execution) override;

    /// Lets calls stay in memory instead of being packed: only if all workers are threads of this process.
    void share_memory() { shares_memory_ = true; }

    /// What the journal knows is not run, and what succeeds is added to it. Before the first task; calls must be
    /// packed.
    /// @param seed  of the campaign: other random numbers make other tasks
    void use_journal(std::unique_ptr<journal::Journal> journal, std::uint64_t seed);
    /// How many tasks were not run because the journal knew their results.
    std::uint64_t tasks_from_journal();

    /// Makes submit() wait while more than this is queued or running. Tasks that submit tasks are not held up.
    void bound_queue(scheduler::QueueBound bound) { gate_ = scheduler::SubmitGate(bound); }

    /// The pool has time until then. Tasks that would not end before it are not started; when nothing else can run they
    /// fail with WalltimeError. May be said again.
    void set_end(Instant end);

    /// Takes no more tasks from this process. With CancelFutures::yes, tasks that have not started are cancelled.
    void begin_shutdown(CancelFutures cancel_futures);
    /// Asks all running tasks to end early.
    void stop_running_tasks();
    /// Waits until no task is left. Returns whether that is so at the deadline.
    bool await_tasks(Instant deadline);
    /// Settles what is left with BrokenExecutor, tells the workers to stop with this exit code and waits for their
    /// goodbye. Returns the ranks that did not answer by the deadline. Afterwards no transport is used any more.
    std::vector<Rank> close(int exit_code, Duration at_most);

    PoolCounts counts();
    /// The scheduler's words on why a task does not run, or what happened to it.
    std::string explain(const TaskState& state);

  private:
    class Wake final : public Wakeup {
      public:
        explicit Wake(Progress& progress) : progress_(progress) {}
        void wake(Waitable&) override { progress_.wake(); }

      private:
        Progress& progress_;
    };

    // What the scheduler does not need to know about a task that is not settled.
    struct Task {
        StateRef state;
        WorkerId worker;  // of the current execution, while it has not ended; of several workers the leader
        Execution execution;
        scheduler::RequestId request;
        bool is_for_journal = false;
        bool must_stop = false;                // request_stop() was called
        std::vector<StateRef> waits_for = {};  // while it waits inside, one of these
    };

    struct Part {  // of a worker in an execution
        std::uint32_t member = 0;
        bool is_seat = false;  // beside the task's own execution
        bool is_wanted = true;
    };

    // Progress::Role
    bool turn() override;
    bool is_busy() const override {
        return !is_closed_ && (gate_.tasks() != 0 || !seats_.is_empty() || !coming_.empty() ||
                               has_forgotten_.load(std::memory_order_acquire));
    }
    Instant next_deadline() const override;
    void after_turn() override;
    // MessageSink
    void receive(Rank from, BytesView message) override;
    void receive_owned(Rank from, Bytes message) override;

    // submitting.cpp
    void require_open() const;
    void wait_for_room(std::unique_lock<std::mutex>& lock);
    void accept(const StateRef& state, const TaskOptions& options);
    StateRef accept_or_hold(const StateRef& state, const TaskOptions& options);
    void go_on_after(const StateRef& input, const StateRef& state);
    bool settle_with_input(TaskState& state, const TaskState& input);
    bool knows(const TaskState& state) const;
    void accept_remote(WorkerId from, const protocol::Record& record);
    TaskOptions read_call(WorkerId from, const protocol::Submit& submit, TaskState& state) const;
    scheduler::RequestId request_of(const TaskOptions& options);
    WorkerId worker_on(Rank rank) const;

    // reports.cpp
    void handle(WorkerId from, const protocol::Record& record);
    void on_hello(WorkerId from, const protocol::Hello& hello);
    void on_finished(WorkerId from, const protocol::Record& record);
    void on_suspended(WorkerId from, const protocol::Suspended& suspended, const Part& part);
    void on_resumed(WorkerId from, TaskId id, Execution execution, const Part& part);
    void on_returned(WorkerId from, TaskId id, Execution execution);
    void end_part(WorkerId from, TaskId id, Execution execution, const Part& part);
    void fail_execution(WorkerId from, TaskId id, Execution execution, const Part& part);
    void mark_running(WorkerId from, TaskId id, Execution execution);
    void form_pool();
    void complain(Peer& peer, std::string_view why);
    static void complain(Rank rank, std::string_view why);
    // Both throw DecodeError if the scheduler says that such a thing cannot be; then nothing has changed.
    template <class Event>
    void tell_scheduler(const Event& event);
    template <class Report>
    void pass_on(WorkerId from, const Report& report, const Part& part);
    TaskId reported_task(const protocol::Header& header) const;
    std::optional<Part> part_of(WorkerId from, TaskId id, Execution execution);
    const StateRef& submitted_by(WorkerId from, std::uint32_t token) const;

    // journalling.cpp
    std::optional<journal::TaskKey> journal_key(TaskState& state) const;
    bool is_for_journal(const TaskOptions& options) const;
    bool settle_from_journal(TaskState& state);
    void note_in_journal(TaskState& state, BytesView result);

    // waits.cpp
    std::string find_deadlock(TaskId waiting) const;
    Obstacles obstacles_of(const TaskState& state) const;
    static std::string name_of(const TaskState& state);

    // carrying_out.cpp
    void carry_out();
    void carry_out(const scheduler::AssignTask& command);
    void carry_out(const scheduler::RevokeTask& command);
    void carry_out(const scheduler::StopTask& command);
    void carry_out(const scheduler::SettleTask& command);
    void carry_out(const scheduler::RefuseCancel& command);
    Bytes gather_inputs(const TaskState& state, WorkerId to);
    void tell_settled(const TaskState& state);
    void answer_cancel(TaskState& state);
    std::string with_ranks(const std::string& words) const;
    template <class... Fields>
    void tell(WorkerId to, const Fields&... fields);
    void flush();

    // data.cpp
    struct KeptReport {  // of the report at hand: the worker keeps the result
        ObjectId id;
        std::uint64_t size = 0;
        WorkerId worker;
    };
    struct Coming {  // a kept result on its way here
        std::vector<std::pair<StateRef, Waitable*>> askers;
        bool is_for_local_worker = false;
    };
    void keep_result(TaskState& state, const KeptReport& kept);
    void spread(ObjectId id, Objects::Object& object);
    void append_reference(ByteWriter& writer, const TaskState& input, Objects::Object& object, WorkerId to);
    Objects::Object* own_object(const TaskState& state);
    void note_inputs_at(const TaskState& state, WorkerId worker);
    void find_near(const TaskState& state, scheduler::TaskSubmitted& event);
    void fetch_locked(ObjectId id, Objects::Object& object, StateRef state, Waitable* arrived);
    void ask(ObjectId id, WorkerId holder);
    void on_fetch(WorkerId from, const protocol::Fetch& fetch);
    void on_datum(WorkerId from, ObjectId id, const StoredRef& value);
    void send_datum(WorkerId to, ObjectId id, const StoredRef& value);
    void drop_forgotten();
    void bring_all_here(std::unique_lock<std::mutex>& lock, Instant deadline);
    WorkerId worker_at(Rank from) const;

    // memory.cpp
    void on_memory(WorkerId from, const protocol::Memory& memory);
    void look_for_stall();
    bool is_stalled() const;
    bool end_stall();
    void count_memory(PoolCounts& counts) const;

    // time_budget.cpp
    bool look_at_the_clock();
    bool is_stuck() const;
    void give_up_what_waits();
    std::string words_of_no_time() const;

    void cancel_locked(TaskState& state);
    void request_stop_locked(TaskState& state);
    void break_down(const Failure& failure);
    void drop_all(const Failure& failure);

    Transport& primary_;
    std::vector<Transport*> transports_;
    Transport* polled_ = nullptr;  // the one whose messages are being received
    Progress progress_;
    Wake wake_{progress_};
    scheduler::Scheduler scheduler_;
    scheduler::CommandSink commands_;
    Requests requests_{scheduler_};
    Instant now_;
    Instant hello_deadline_ = Instant::max();
    Instant end_ = Instant::max();         // of the pool's time
    Instant stall_ends_ = Instant::max();  // when a worker without memory goes on all the same
    Duration stall_patience_ = std::chrono::seconds(1);
    bool may_have_stalled_ = false;
    int waiters_ = 0;  // threads of this process, and event loops, that wait for a task
    std::size_t joined_ = 0;
    std::vector<Peer> peers_;
    std::unordered_map<std::string, scheduler::NodeId> nodes_;  // by host
    Seats seats_;
    std::vector<WorkerId> dirty_;
    std::vector<Task> tasks_;
    std::vector<TaskId> free_tasks_;
    std::vector<TaskId> settled_tasks_;  // numbers that are free after the commands at hand
    std::vector<TaskId> inputs_;         // working space of accept()
    BytesView outcome_;                  // of the report at hand
    std::optional<KeptReport> kept_;     // of the report at hand
    Objects objects_;
    std::unordered_map<ObjectId, Coming> coming_;
    std::unordered_map<ObjectId, std::vector<WorkerId>> relays_;  // who wants what the local worker keeps
    std::mutex forget_mutex_;                                     // guards the next two
    std::vector<ObjectId> forgotten_;
    bool is_forgetful_ = false;
    std::atomic<bool> has_forgotten_{false};
    scheduler::SubmitGate gate_;  ///< counts tasks that are not settled, and the bytes of their calls
    std::uint32_t submits_since_turn_ = 0;
    ForeignInputs held_;
    std::unordered_multimap<TaskState*, Waitable*> cancel_waits_;
    std::optional<Failure> broken_;
    std::vector<std::shared_ptr<void>> abandoned_calls_;  // failed by us while a thread may run them still
    PoolCounts counts_;
    std::unique_ptr<journal::Journal> journal_;
    std::uint64_t seed_ = 0;  // of the campaign; for the journal only
    std::uint64_t from_journal_ = 0;
    bool shares_memory_ = false;
    bool is_formed_ = false;     // the scheduler knows that nobody else is expected
    bool is_giving_up_ = false;  // what is being cancelled has no time left
    bool has_met_stranger_ = false;
    bool has_said_stop_ = false;
    bool is_shut_ = false;
    bool is_closed_ = false;
};

}  // namespace rankpool
