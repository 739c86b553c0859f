#include "bench/scheduler_case.hpp"

#include <memory>
#include <utility>
#include <variant>

#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::apps {
namespace {

using namespace scheduler;

/// Workers that never stop: the task that was assigned first ends first.
class Pool {
  public:
    explicit Pool(std::uint32_t workers) : tasks_(2 * workers) {
        for (WorkerId id{0}; id.value < workers; ++id.value)
            scheduler_.on(WorkerJoined{.worker = id, .slots = 1}, Instant{}, commands_);
        for (TaskId id{0}; id.value < tasks_; ++id.value) submit(id);
    }

    /// A task ends, and another is submitted.
    void step() {
        const Held held = held_[first_];
        first_ = (first_ + 1) % held_.size();
        scheduler_.expect_report(held.worker, held.task);
        scheduler_.on(TaskFinished{held.task, held.execution, TaskEnd::returned, std::chrono::microseconds(70), 0},
                      Instant{}, commands_);
        carry_out();
        submit(held.task);
    }

  private:
    struct Held {
        TaskId task;
        Execution execution;
        WorkerId worker;
    };

    void submit(TaskId id) {
        scheduler_.on(TaskSubmitted{.task = id, .function = FunctionId{0}}, Instant{}, commands_);
        carry_out();
    }
    void carry_out() {
        for (const Command& command : commands_) {
            const auto* const assign = std::get_if<AssignTask>(&command);
            if (assign == nullptr) continue;
            held_[end_] = {assign->task, assign->execution, assign->worker};
            end_ = (end_ + 1) % held_.size();
        }
        commands_.clear();
    }

    std::uint32_t tasks_;
    Scheduler scheduler_;
    CommandSink commands_;
    std::vector<Held> held_ = std::vector<Held>(tasks_ + 1);  // A ring.
    std::size_t first_ = 0;
    std::size_t end_ = 0;
};

BlockCase scheduler_case(const char* name, std::uint32_t workers) {
    BlockCase made{name, "ns/task", Quantity::time, 1e9, Topic::scheduler};
    made.participants = 1;
    // Made when it is first used, which is on rank 0 only.
    made.run = [workers, pool = std::make_shared<std::unique_ptr<Pool>>()](std::uint64_t count) {
        if (!*pool) *pool = std::make_unique<Pool>(workers);
        const double start = seconds_now();
        for (std::uint64_t i = 0; i < count; ++i) (*pool)->step();
        return seconds_now() - start;
    };
    return made;
}

}  // namespace

std::vector<BlockCase> scheduler_cases() {
    return {scheduler_case("scheduler.1k_workers", 1'000), scheduler_case("scheduler.100k_workers", 100'000)};
}

}  // namespace rankpool::apps
