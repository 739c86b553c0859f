// A random cluster with random programs, users and accidents; the referee watches every step.
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <memory>
#include <random>
#include <scheduler/command_text.hpp>
#include <scheduler/referee.hpp>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {
namespace {

/// What a seed decides about a run.
struct Weather {
    std::uint32_t workers_max = 4;
    std::uint32_t slots_max = 3;
    std::uint32_t inputs_max = 3;
    std::uint32_t losses = 3;  ///< these are chances in a thousand steps
    std::uint32_t drains = 3;
    std::uint32_t cancels = 40;
    std::uint32_t repeats = 50;
    std::uint32_t requests = 0;  ///< kinds of tasks that need something besides a slot
    std::uint32_t data = 0;      ///< that a result is left at its worker
    std::uint32_t ends = 0;      ///< of the time there is, seen ahead
    Duration busy_max{1'000'000};
};

class Storm {
  public:
    Storm(std::uint32_t seed, Weather weather) : random_(seed), weather_(weather), referee_(Limits{}) {
        for (std::uint32_t i = 0; i < weather_.requests; ++i) define_request(RequestId{i});
    }

    void run(int steps) {
        for (int i = 0; i < steps; ++i) step();
        weather_.losses = weather_.drains = weather_.cancels = weather_.ends = 0;
        tell(AllocationEnds{});
        // Everything ends in a bounded number of steps, if only there is a worker that stays and has enough.
        join(5 * whole);
        if (weather_.requests != 0) tell(PoolFormed{});
        for (int i = 0; referee_.unsettled() != 0; ++i) {
            if (i == 100'000) throw std::logic_error("tasks remain:\n" + scheduler_.explain(unsettled_.front()));
            work(any_worker());
        }
        EXPECT_EQ(scheduler_.counters().submitted, referee_.settled());
    }

    /// The same events once more, without checks.
    void expect_same_again() const {
        Scheduler again;
        CommandSink commands;
        for (std::size_t i = 0; i < events_.size(); ++i) again.handle(events_[i], instants_[i], commands);
        EXPECT_EQ(commands, all_commands_);
        EXPECT_EQ(again.digest(), scheduler_.digest());
        EXPECT_EQ(again.counters(), scheduler_.counters());
    }

    const Scheduler& scheduler() const { return scheduler_; }

  private:
    struct Held {
        TaskId task;
        Execution execution;
        enum { queued, running, suspended } state = queued;
    };
    struct FakeWorker {
        WorkerId id;
        std::uint32_t slots = 1;
        std::vector<Held> held;
        std::deque<RevokeTask> asked;
        std::deque<Event> reports;  ///< on their way to the scheduler, in order
        bool is_draining = false;
        bool is_gone = false;
    };

    std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
    bool chance(std::uint32_t in_a_thousand) { return below(1000) < in_a_thousand; }
    FakeWorker& any_worker() { return *workers_[below(static_cast<std::uint32_t>(workers_.size()))]; }

    void step() {
        now_ += Duration(below(100'000));
        if (chance(weather_.ends)) tell(AllocationEnds{now_ + Duration(below(5'000'000))});
        if (chance(weather_.data / 100)) tell(DataMoved{some_bytes(), Duration(below(1'000'000))});
        const std::optional<Instant> deadline = scheduler_.next_deadline();
        if (deadline && *deadline <= now_) tell(TimePassed{});
        if (chance(300)) submit();
        if (chance(weather_.cancels) && !unsettled_.empty()) {
            tell(CancelRequested{unsettled_[below(static_cast<std::uint32_t>(unsettled_.size()))]});
        }
        if (chance(20) && workers_.size() < weather_.workers_max) join();
        if (weather_.requests != 0 && chance(2)) tell(PoolFormed{});
        if (workers_.empty()) return;
        if (chance(weather_.losses)) lose(any_worker());
        FakeWorker& worker = any_worker();
        if (chance(weather_.drains) && !worker.is_gone) {
            worker.is_draining = true;
            tell(WorkerDraining{worker.id});
        }
        work(any_worker());
        std::erase_if(workers_, [](const auto& each) { return each->is_gone && each->reports.empty(); });
    }

    void submit() {
        TaskId id{next_task_};
        if (!vacant_.empty() && chance(900)) {
            id = vacant_.back();
            vacant_.pop_back();
        } else {
            ++next_task_;
        }
        std::vector<TaskId>& inputs = inputs_.emplace_back();
        for (std::uint32_t count = below(weather_.inputs_max + 1); count > 0 && !unsettled_.empty(); --count) {
            inputs.push_back(unsettled_[below(static_cast<std::uint32_t>(unsettled_.size()))]);
        }
        unsettled_.push_back(id);
        tell(TaskSubmitted{.task = id,
                           .function = FunctionId{below(3)},
                           .priority = static_cast<std::int32_t>(below(3)) - 1,
                           .level = static_cast<std::uint16_t>(below(3)),
                           .retries = static_cast<std::uint16_t>(below(3)),
                           .inputs = inputs,
                           .path = chance(weather_.data) ? below(100) : 0,
                           .near = WorkerId{below(6)},
                           .near_bytes = some_bytes(),
                           .request = chance(700) ? any_request() : RequestId{}});
    }

    void define_request(RequestId id) {
        std::vector<std::span<const Need>>& variants = variants_.emplace_back();
        for (std::uint32_t count = below(3); count > 0; --count) {
            std::vector<Need>& needs = needs_.emplace_back();
            needs.push_back({ResourceId{0}, 1 + below(3 * whole)});
            if (chance(500)) needs.push_back({ResourceId{1}, 1 + below(3 * whole)});
            variants.emplace_back(needs);
        }
        tell(RequestDefined{.request = id,
                            .variants = variants,
                            .time = Duration(chance(500) ? below(3'000'000) : 0),
                            .pinned = chance(300) ? WorkerId{below(6)} : WorkerId{}});
    }
    RequestId any_request() { return weather_.requests == 0 ? RequestId{} : RequestId{below(weather_.requests)}; }

    std::uint64_t some_bytes() { return chance(weather_.data) ? std::uint64_t{1} << below(30) : 0; }

    void join(std::uint32_t at_least = 0) {
        workers_.push_back(std::make_unique<FakeWorker>());
        FakeWorker& worker = *workers_.back();
        worker.id = WorkerId{next_worker_++};
        worker.slots = 1 + below(weather_.slots_max);
        std::vector<Need>& has = needs_.emplace_back();
        if (weather_.requests != 0)
            has = {{ResourceId{0}, at_least + below(5 * whole)}, {ResourceId{1}, at_least + below(5 * whole)}};
        tell(WorkerJoined{.worker = worker.id, .slots = worker.slots, .resources = has});
    }

    /// What it has sent may still arrive, or not.
    void lose(FakeWorker& worker) {
        if (worker.is_gone) return;
        worker.is_gone = true;
        worker.held.clear();
        worker.asked.clear();
        if (chance(500)) worker.reports.clear();
        tell(WorkerLost{worker.id, static_cast<LossReason>(below(3))});
    }

    void work(FakeWorker& worker) {
        switch (below(4)) {
            case 0:
                deliver(worker);
                break;
            case 1:
                answer(worker);
                break;
            default:
                progress(worker);
                break;
        }
        if (worker.is_gone || !worker.is_draining || !worker.held.empty()) return;
        if (worker.reports.empty() && worker.asked.empty()) {
            lose(worker);  // Drained: it leaves in peace.
        }
    }

    void deliver(FakeWorker& worker) {
        if (worker.reports.empty()) return;
        const Event report = worker.reports.front();
        worker.reports.pop_front();
        tell(report);
        if (chance(weather_.repeats)) tell(report);
    }

    void answer(FakeWorker& worker) {
        if (worker.asked.empty()) return;
        const RevokeTask asked = worker.asked.front();
        worker.asked.pop_front();
        const auto found = std::find_if(worker.held.begin(), worker.held.end(), [&](const Held& held) {
            return held.task == asked.task && held.execution == asked.execution && held.state == Held::queued;
        });
        if (found == worker.held.end()) {
            worker.reports.push_back(RevokeRefused{asked.task, asked.execution});
        } else {
            worker.reports.push_back(TaskReturned{asked.task, asked.execution});
            worker.held.erase(found);
        }
    }

    void progress(FakeWorker& worker) {
        if (worker.held.empty()) return;
        const auto chosen = worker.held.begin() + below(static_cast<std::uint32_t>(worker.held.size()));
        const auto running = std::count_if(worker.held.begin(), worker.held.end(),
                                           [](const Held& held) { return held.state == Held::running; });
        const bool has_slot = running < static_cast<std::ptrdiff_t>(worker.slots);
        switch (chosen->state) {
            case Held::queued:
                if (!has_slot) return;
                chosen->state = Held::running;
                if (chance(500)) worker.reports.push_back(TaskStarted{chosen->task, chosen->execution});
                return;
            case Held::suspended:
                if (!has_slot) return;
                chosen->state = Held::running;
                worker.reports.push_back(TaskResumed{chosen->task, chosen->execution});
                return;
            case Held::running:
                break;
        }
        if (chance(200)) {
            chosen->state = Held::suspended;
            worker.reports.push_back(TaskSuspended{chosen->task, chosen->execution});
            return;
        }
        const Duration busy{static_cast<Duration::rep>(below(static_cast<std::uint32_t>(weather_.busy_max.count())))};
        const TaskEnd end = chance(700) ? TaskEnd::returned : static_cast<TaskEnd>(below(4));
        worker.reports.push_back(TaskFinished{chosen->task, chosen->execution, end, busy, some_bytes()});
        worker.held.erase(chosen);
    }

    void tell(const Event& event) {
        events_.push_back(event);
        CommandSink commands;
        instants_.push_back(now_);
        scheduler_.handle(event, now_, commands);
        all_commands_.insert(all_commands_.end(), commands.begin(), commands.end());
        referee_.judge(event, now_, commands);
        scheduler_.check_invariants();
        for (const Command& command : commands) {
            std::visit([this](const auto& alternative) { carry_out(alternative); }, command);
        }
    }

    FakeWorker* find(WorkerId id) {
        for (const auto& worker : workers_) {
            if (worker->id == id && !worker->is_gone) return worker.get();
        }
        return nullptr;
    }
    void carry_out(const AssignTask& command) {
        find(command.worker)->held.push_back({command.task, command.execution});
    }
    void carry_out(const RevokeTask& command) { find(command.worker)->asked.push_back(command); }
    void carry_out(const SettleTask& command) {
        std::erase(unsettled_, command.task);
        vacant_.push_back(command.task);
    }
    void carry_out(const StopTask&) {}
    void carry_out(const RefuseCancel&) {}

    std::mt19937 random_;
    Weather weather_;
    Scheduler scheduler_;
    Referee referee_;
    std::vector<std::unique_ptr<FakeWorker>> workers_;
    std::vector<TaskId> unsettled_;
    std::vector<TaskId> vacant_;
    std::deque<std::vector<TaskId>> inputs_;  ///< keeps what events_ borrow
    std::deque<std::vector<Need>> needs_;
    std::deque<std::vector<std::span<const Need>>> variants_;
    Instant now_{};
    std::vector<Event> events_;
    std::vector<Instant> instants_;
    CommandSink all_commands_;
    std::uint32_t next_task_ = 0;
    std::uint32_t next_worker_ = 0;
};

/// Runs seeds of one kind of weather; RANKPOOL_SEED=n runs one only.
void run_seeds(std::uint32_t count, int steps, const Weather& weather, Counters& sum) {
    const char* chosen = std::getenv("RANKPOOL_SEED");
    const std::uint32_t only = chosen != nullptr ? static_cast<std::uint32_t>(std::stoul(chosen)) : 0;
    for (std::uint32_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : count); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Storm storm(seed, weather);
        ASSERT_NO_THROW(storm.run(steps)) << "seed " << seed;
        storm.expect_same_again();
        const Counters counters = storm.scheduler().counters();
        sum.stolen_back += counters.stolen_back;
        sum.late_reports += counters.late_reports;
        sum.lost_retries += counters.lost_retries;
        sum.retries += counters.retries;
        for (std::size_t i = 0; i < settlement_count; ++i) sum.settled[i] += counters.settled[i];
    }
}

TEST(RandomRuns, keep_every_rule_in_all_weathers) {
    Counters sum;
    run_seeds(150, 600, Weather{}, sum);
    EXPECT_GT(sum.stolen_back, 0U);
    EXPECT_GT(sum.late_reports, 0U);
    EXPECT_GT(sum.lost_retries, 0U);
    EXPECT_GT(sum.retries, 0U);
}

TEST(RandomRuns, keep_every_rule_when_tasks_need_this_and_that) {
    Counters sum;
    run_seeds(100, 500, Weather{.requests = 6}, sum);
    run_seeds(50, 500, Weather{.workers_max = 8, .losses = 40, .drains = 40, .requests = 6}, sum);
    for (const std::uint64_t settled : sum.settled) EXPECT_GT(settled, 0U);
}

TEST(RandomRuns, keep_every_rule_when_data_has_weight) {
    Counters sum;
    run_seeds(50, 500, Weather{.workers_max = 8, .data = 500}, sum);
    run_seeds(50, 500, Weather{.requests = 3, .data = 500}, sum);
}

TEST(RandomRuns, keep_every_rule_when_time_runs_out) {
    Counters sum;
    run_seeds(100, 500, Weather{.requests = 4, .data = 100, .ends = 20}, sum);
}

TEST(RandomRuns, keep_every_rule_on_one_worker_with_one_slot) {
    Counters sum;
    run_seeds(60, 600, Weather{.workers_max = 1, .slots_max = 1, .losses = 0, .drains = 0}, sum);
}

TEST(RandomRuns, keep_every_rule_with_short_tasks_and_deep_queues) {
    Counters sum;
    run_seeds(40, 600, Weather{.workers_max = 3, .inputs_max = 1, .cancels = 5, .busy_max = Duration(20'000)}, sum);
}

TEST(RandomRuns, keep_every_rule_when_workers_come_and_go) {
    Counters sum;
    run_seeds(60, 600, Weather{.workers_max = 8, .losses = 40, .drains = 40}, sum);
}

}  // namespace
}  // namespace rankpool::scheduler
