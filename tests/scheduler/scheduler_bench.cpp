// What a scheduling decision costs: submit + assign + finish, without any message. Not a test; run it by hand:
//   build/release/tests/scheduler/scheduler_bench
#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <malloc.h>
#include <vector>

#include <benchmark/benchmark.h>

#include <rankpool/scheduler/fetch.hpp>
#include <rankpool/scheduler/scheduler.hpp>

namespace rankpool::scheduler {
namespace {

constexpr std::uint32_t task_count = 1'000'000;
constexpr Instant start{};

/// Workers that finish their tasks oldest first; which worker is next is random. Reports come in handfuls.
class Cluster {
  public:
    /// @param result_bytes  kept by the worker of each task
    Cluster(Scheduler& scheduler, std::int64_t workers, std::uint64_t result_bytes)
        : scheduler_(&scheduler), queues_(static_cast<std::size_t>(workers)), result_bytes_(result_bytes) {
        constexpr std::array<Need, 2> has = {Need{ResourceId{0}, 4 * whole}, Need{ResourceId{1}, 64 * whole}};
        for (WorkerId id{0}; id.value < workers; ++id.value) {
            scheduler.on(WorkerJoined{.worker = id, .slots = 1, .resources = has}, start, commands_);
        }
    }

    void submit(const TaskSubmitted& event) {
        scheduler_->on(event, start, commands_);
        carry_out();
    }
    void finish_all() {
        // What has arrived and is not handled yet: a message carries a hundred.
        std::array<Held, 8> reports;
        std::uint64_t taken = 0, finished = 0;
        while (!busy_.empty() || finished < taken) {
            while (!busy_.empty() && taken - finished < reports.size()) {
                Held& report = reports[taken++ % reports.size()];
                report = take_random();
                scheduler_->expect_report(report.worker, report.task);
            }
            finish(reports[finished++ % reports.size()]);
        }
    }

  private:
    struct Held {
        TaskId task;
        Execution execution;
        WorkerId worker;
    };
    /// The tasks of a worker: four of 70 us, and room to spare.
    struct Queue {
        std::array<Held, 7> tasks;
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };

    static void prefetch(const Queue& queue) {
        fetch(&queue);
        fetch(&queue.count);
    }
    std::size_t place_of(std::uint64_t random) const {
        return static_cast<std::size_t>((random >> 32) * busy_.size() >> 32);
    }
    Held take_random() {
        std::uint64_t& drawn = drawn_[taken_++ % drawn_.size()];
        std::uint32_t& chosen = busy_[place_of(drawn)];
        // What this bench reads is not what it measures: it is in the cache when it is drawn.
        random_ = random_ * 6364136223846793005U + 1442695040888963407U;
        drawn = random_;
        prefetch(queues_[busy_[place_of(drawn)]]);
        Queue& queue = queues_[chosen];
        if (--queue.count == 0) {
            chosen = busy_.back();
            busy_.pop_back();
        }
        return queue.tasks[queue.first++ % queue.tasks.size()];
    }
    void finish(const Held& held) {
        scheduler_->on(TaskFinished{held.task, held.execution, TaskEnd::returned, length_, result_bytes_}, start,
                       commands_);
        carry_out();
    }
    void carry_out() {
        for (const Command& command : commands_) {
            const auto* assign = std::get_if<AssignTask>(&command);
            if (assign == nullptr) continue;
            Queue& queue = queues_[assign->worker.value];
            queue.tasks[(queue.first + queue.count++) % queue.tasks.size()] = {assign->task, assign->execution,
                                                                               assign->worker};
            if (queue.count == 1) busy_.push_back(assign->worker.value);
        }
        commands_.clear();
    }

    Scheduler* scheduler_;
    CommandSink commands_;
    std::vector<Queue> queues_;
    std::uint64_t result_bytes_;
    Duration length_ = std::chrono::microseconds(70);
    std::vector<std::uint32_t> busy_;  ///< workers with tasks
    std::uint64_t random_ = 1;
    std::array<std::uint64_t, 8> drawn_{};  ///< for the next ones
    std::uint64_t taken_ = 0;
};

/// Counts the time of this process on a core: others may use the machine too.
class Stopwatch {
  public:
    double lap_ns() {
        const double now = now_ns();
        const double lap = now - since_ns_;
        since_ns_ = now;
        return lap;
    }

  private:
    static double now_ns() {
        timespec now{};
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
    }

    double since_ns_ = now_ns();
};

/// What tasks bring besides their inputs.
enum class Extras { none, requests_and_results };

/// One of two requests, with two variants each.
void define_requests(Scheduler& scheduler) {
    CommandSink commands;
    constexpr std::array<Need, 2> gpu = {Need{ResourceId{0}, whole}, Need{ResourceId{1}, 4 * whole}};
    constexpr std::array<Need, 1> memory = {Need{ResourceId{1}, 8 * whole}};
    const std::array<std::span<const Need>, 2> first = {gpu, memory}, second = {memory, gpu};
    scheduler.on(RequestDefined{.request = RequestId{0}, .variants = first}, start, commands);
    scheduler.on(RequestDefined{.request = RequestId{1}, .variants = second}, start, commands);
}

/// Runs a million tasks; inputs_of(task) gives the inputs of each.
template <class Inputs>
void run(benchmark::State& state, Extras extras, Inputs inputs_of) {
    const bool has_extras = extras == Extras::requests_and_results;
    double submit_ns = 0, run_ns = 0, bytes = 0;
    for (auto _ : state) {
        Scheduler scheduler;
        Cluster cluster(scheduler, state.range(0), has_extras ? 1 << 20 : 0);
        if (has_extras) define_requests(scheduler);
        const std::size_t bytes_before = mallinfo2().uordblks + mallinfo2().hblkhd;
        Stopwatch stopwatch;
        for (TaskId id{0}; id.value < task_count; ++id.value) {
            cluster.submit({.task = id,
                            .function = FunctionId{0},
                            .inputs = inputs_of(id),
                            .request = has_extras ? RequestId{id.value % 2} : RequestId{}});
        }
        submit_ns += stopwatch.lap_ns();
        bytes = static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd - bytes_before);
        stopwatch.lap_ns();
        cluster.finish_all();
        run_ns += stopwatch.lap_ns();
        if (scheduler.counters().settled_as(Settlement::succeeded) != task_count)
            state.SkipWithError("tasks are missing");
    }
    const double tasks = static_cast<double>(state.iterations()) * task_count;
    state.counters["submit_ns"] = submit_ns / tasks;
    state.counters["run_ns"] = run_ns / tasks;
    state.counters["task_ns"] = (submit_ns + run_ns) / tasks;
    state.counters["task_bytes"] = bytes / task_count;
}

void independent(benchmark::State& state) {
    run(state, Extras::none, [](TaskId) { return std::span<const TaskId>{}; });
}

/// Rows of a thousand points; each needs itself and its two neighbours of the row above.
void run_stencil(benchmark::State& state, Extras extras) {
    constexpr std::uint32_t width = 1000;
    std::array<TaskId, 3> inputs;
    run(state, extras, [&](TaskId id) -> std::span<const TaskId> {
        if (id.value < width) return {};
        const std::uint32_t above = id.value - width;
        const std::uint32_t column = id.value % width;
        inputs = {TaskId{above}, TaskId{column == 0 ? above : above - 1},
                  TaskId{column == width - 1 ? above : above + 1}};
        return inputs;
    });
}

void stencil(benchmark::State& state) { run_stencil(state, Extras::none); }

void independent_with_requests(benchmark::State& state) {
    run(state, Extras::requests_and_results, [](TaskId) { return std::span<const TaskId>{}; });
}
/// Every task needs resources, and is drawn by the results of its inputs.
void stencil_with_requests_and_data(benchmark::State& state) { run_stencil(state, Extras::requests_and_results); }

/// The shortest way through: one task in flight, its number used again.
void round_trip(benchmark::State& state) {
    Scheduler scheduler;
    CommandSink commands;
    for (WorkerId id{0}; id.value < state.range(0); ++id.value) scheduler.on(WorkerJoined{id, 1}, start, commands);
    for (auto _ : state) {
        commands.clear();
        scheduler.on(TaskSubmitted{.task = TaskId{0}, .function = FunctionId{0}}, start, commands);
        const Execution execution = std::get<AssignTask>(commands.front()).execution;
        scheduler.on(TaskFinished{TaskId{0}, execution, TaskEnd::returned, std::chrono::microseconds(1)}, start,
                     commands);
    }
}

BENCHMARK(independent)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(stencil)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(independent_with_requests)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(stencil_with_requests_and_data)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(round_trip)->Arg(1)->Arg(1'000);

}  // namespace
}  // namespace rankpool::scheduler

BENCHMARK_MAIN();
