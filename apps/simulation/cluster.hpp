#pragma once

#include <cstdint>
#include <functional>
#include <simulation/driver.hpp>
#include <simulation/event_queue.hpp>
#include <simulation/incident.hpp>
#include <simulation/meter.hpp>
#include <simulation/virtual_worker.hpp>
#include <simulation/watcher.hpp>
#include <string>
#include <variant>
#include <vector>

#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::simulation {

struct ClusterOptions {
    std::uint32_t workers = 1;       ///< at the start
    std::uint32_t slots = 1;         ///< of each worker
    std::uint32_t slots_max = 0;     ///< if larger: each worker has between slots and slots_max
    Duration latency{};              ///< of a message
    Duration jitter{};               ///< a message may take this much longer
    std::uint32_t slow_workers = 0;  ///< in a thousand, up to eight times slower
    std::uint32_t repeats = 0;       ///< of a thousand reports, so many arrive a second time, later
    scheduler::Amount stock = 0;     ///< of each of two resources, on every worker; 0: there are none
    /// Workers report the start of tasks that have run for so long. The real one says 1 ms.
    Duration announce_after = std::chrono::milliseconds(1);
    /// The driver submits so many tasks at once, then waits for burst_interval. 0: all at once.
    TaskNumber burst = 0;
    Duration burst_interval{};
    std::uint64_t seed = 1;
};

/// A cluster in virtual time that drives a real Scheduler: workers with slots, messages that take their time, and
/// whatever goes wrong.
///
/// Rank 0 takes no time. Reports that arrive less than one latency after each other reach the scheduler in one go: what
/// it decides cannot come back to any worker before, so nothing changes, and the Meter has few readings to make.
class VirtualCluster {
  public:
    VirtualCluster(const ClusterOptions& options, const Workload& workload, scheduler::Scheduler& scheduler);

    void add(const std::vector<Incident>& incidents);
    /// Slows the run down, since the watcher is told of every event by itself.
    void watch_by(Watcher& watcher) { watcher_ = &watcher; }
    /// Is called often, with the tasks settled so far and the time.
    void report_progress_to(std::function<void(std::uint64_t settled, Instant now)> progress) {
        progress_ = std::move(progress);
    }

    /// Runs until nothing happens any more.
    /// @throws std::logic_error  some tasks are not settled although nothing happens any more
    void run();

    /// When the last task was settled.
    Duration makespan() const { return last_settled_ - Instant{}; }
    const Meter& meter() const { return meter_; }
    std::uint64_t tasks() const { return driver_.submitted(); }
    std::uint64_t settled() const { return driver_.settled(); }

  private:
    // What happens on workers.
    struct AssignArrives {
        scheduler::AssignTask command;
        TaskNumber number = 0;
    };
    struct RevokeArrives {
        scheduler::RevokeTask command;
    };
    struct StopArrives {
        scheduler::StopTask command;
    };
    struct WakeArrives {
        WorkerId worker;
        TaskId task;
        Execution execution;
    };
    struct DrainArrives {
        WorkerId worker;
    };
    struct PhaseEnds {
        WorkerId worker;
        TaskId task;
        Execution execution;
    };
    struct RunsLong {
        WorkerId worker;
        TaskId task;
        Execution execution;
    };
    // What happens on rank 0.
    using Report = std::variant<scheduler::TaskStarted, scheduler::TaskSuspended, scheduler::TaskResumed,
                                scheduler::TaskFinished, scheduler::TaskReturned, scheduler::RevokeRefused>;
    struct ReportArrives {
        WorkerId worker;
        Report report;
    };
    struct ChildrenArrive {
        Driver::Family family;
    };
    struct LossIsNoticed {
        WorkerId worker;
        scheduler::LossReason reason;
    };
    struct ClockRings {};
    struct Burst {
        TaskNumber first = 0;
    };
    using Occurrence =
        std::variant<AssignArrives, RevokeArrives, StopArrives, WakeArrives, DrainArrives, PhaseEnds, RunsLong,
                     ReportArrives, ChildrenArrive, LossIsNoticed, ClockRings, Burst, Incident>;

    struct Seat {
        VirtualWorker worker;
        std::uint32_t slowness = 1;
        Instant latest_to{};  ///< messages between two ranks do not overtake each other
        Instant latest_from{};
        bool is_alive = false;
        bool is_leaving = false;  ///< it knows that it drains
        bool is_healthy = false;  ///< it is alive, and rank 0 gives it tasks
        bool is_lost = false;     ///< as far as rank 0 knows
    };
    struct Told {
        Instant when;
        ReportArrives arrival;
    };

    // cluster.cpp
    std::uint32_t path(TaskNumber number) const { return number < paths_.size() ? paths_[number] : 0; }
    void join(WorkerId id);
    void define_requests();
    void send_to(WorkerId to, Instant when, Occurrence occurrence);
    void send_from(WorkerId from, Occurrence occurrence);
    Instant arrival(Instant when, Instant& latest);
    Seat& seat(WorkerId id) { return seats_[id.value]; }

    // cluster_workers.cpp
    void on(const AssignArrives& event);
    void on(const RevokeArrives& event);
    void on(const StopArrives& event);
    void on(const WakeArrives& event);
    void on(const DrainArrives& event);
    void on(const PhaseEnds& event);
    void on(const RunsLong& event);
    void go_on(WorkerId id);
    void wait_for_children(WorkerId id, HeldTask& task);
    void report(WorkerId from, Report report) { send_from(from, ReportArrives{from, std::move(report)}); }

    // cluster_rank0.cpp
    void on(const ReportArrives& event);
    void on(const ChildrenArrive& event);
    void on(const LossIsNoticed& event);
    void on(const ClockRings& event);
    void set_clock();
    void flush_reports();
    void tell(const scheduler::Event& event);
    void carry_out(std::size_t first, std::size_t end, Instant when);
    void carry_out(const scheduler::AssignTask& command, Instant when);
    void carry_out(const scheduler::RevokeTask& command, Instant when);
    void carry_out(const scheduler::SettleTask& command, Instant when);
    void carry_out(const scheduler::RefuseCancel&, Instant) {}
    void carry_out(const scheduler::StopTask& command, Instant when);

    // cluster_submitting.cpp
    void on(const Burst& event);
    void submit(TaskNumber first, TaskNumber count);
    void submit_row(TaskNumber first, TaskNumber count);
    void prepare(TaskNumber number);

    // cluster_incidents.cpp
    void on(const Incident& event);
    void crash(WorkerId id, scheduler::LossReason reason);
    void cut_off(WorkerId id);
    void drain(WorkerId id);
    void cancel(TaskNumber number);
    bool may_lose(WorkerId id) const;

    /// Events that the scheduler is told in one go, at most.
    static constexpr std::size_t row_max = 256;

    ClusterOptions options_;
    Random random_;
    scheduler::Scheduler* scheduler_;
    Driver driver_;
    std::vector<std::uint32_t> paths_;  ///< what the program knows of its graph
    Meter meter_;
    Watcher* watcher_ = nullptr;
    std::function<void(std::uint64_t, Instant)> progress_;

    EventQueue<Occurrence> queue_;
    Instant now_{};
    Instant last_settled_{};
    std::vector<Seat> seats_;
    std::uint32_t healthy_ = 0;
    std::uint32_t ranks_max_ = 1;       ///< workers that some task needs together
    Instant wake_up_ = Instant::max();  ///< when the scheduler is to be told that time has passed

    std::vector<Told> told_;  ///< reports to be handled together; at most row_max
    scheduler::CommandSink commands_;
    std::vector<std::size_t> command_ends_;  ///< of each report of a row, in commands_
    std::vector<scheduler::TaskSubmitted> row_;
    std::vector<TaskId> row_inputs_;
    std::vector<std::size_t> row_input_ends_;
    std::vector<TaskNumber> inputs_;  ///< working space
};

}  // namespace rankpool::simulation
