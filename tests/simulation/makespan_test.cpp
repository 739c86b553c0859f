// How good the real scheduler's schedules are, beside those of naive list schedulers that share nothing with it.
#include <algorithm>
#include <array>
#include <simulation/cluster.hpp>
#include <simulation/list_schedule.hpp>
#include <simulation/synthetic_workload.hpp>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace rankpool::simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t seeds = 12;

struct Case {
    SyntheticOptions workload;
    ClusterOptions cluster;

    std::uint64_t slots() const { return std::uint64_t{cluster.workers} * cluster.slots; }
};

Case case_of(const char* graph, DurationMix mix, std::uint64_t seed) {
    Random random(seed);
    Case made;
    made.workload.graph = {.kind = parse_graph(graph),
                           .task_count = random.between(500, 3000),
                           .width = random.between(5, 100),
                           .seed = seed};
    made.workload.durations = mix;
    made.workload.seed = seed;
    made.cluster.workers = random.between(2, 64);
    made.cluster.slots = random.between(1, 2);
    return made;
}

Duration makespan_of(const Case& made, Watcher* watcher = nullptr) {
    const SyntheticWorkload workload(made.workload);
    scheduler::Limits limits;
    // Where messages take no time, there is no round trip to be hidden.
    if (made.cluster.latency == Duration{}) limits.round_trip = limits.long_task_in_order = Duration(1);
    scheduler::Scheduler scheduler(limits);
    VirtualCluster cluster(made.cluster, workload, scheduler);
    if (watcher != nullptr) cluster.watch_by(*watcher);
    cluster.run();
    return cluster.makespan();
}

/// All kinds of lengths, 100 times the shortest at most.
std::vector<DurationMix> mixes_of(Duration shortest) {
    using Kind = DurationMix::Kind;
    std::vector<DurationMix> mixes;
    for (const Kind kind : {Kind::constant, Kind::uniform, Kind::exponential, Kind::pareto}) {
        mixes.push_back({.kind = kind, .first = shortest, .last = 4 * shortest, .longest = 100 * shortest});
    }
    return mixes;
}

Duration best_naive_makespan(const Case& made) {
    const SyntheticWorkload workload(made.workload);
    Duration best = Duration::max();
    for (const ListOrder order : {ListOrder::submission, ListOrder::readiness, ListOrder::newest, ListOrder::path}) {
        best = std::min(best, list_makespan(workload, made.slots(), order));
    }
    return best;
}

// Without messages to wait for, it is as good as the best of the schedulers that know no more than it does, within 5 %.
// The longest task is allowed for: when it happens to start decides how a list schedule ends, and nobody knows which it
// is.
TEST(Makespan, is_that_of_the_best_naive_list_scheduler) {
    for (const char* graph : {"independent", "chain", "stencil", "random", "tree", "diamond", "fan"}) {
        for (const Duration shortest : {Duration(20us), Duration(1ms), Duration(10ms)}) {
            for (const DurationMix& mix : mixes_of(shortest)) {
                for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
                    const Case made = case_of(graph, mix, seed);
                    const Duration best = best_naive_makespan(made);
                    const Duration longest = bounds_of(SyntheticWorkload(made.workload)).longest;
                    EXPECT_LE(makespan_of(made), best + best / 20 + longest)
                        << graph << " of " << shortest.count() << " ns, mix " << static_cast<int>(mix.kind) << ", seed "
                        << seed;
                }
            }
        }
    }
}

// The first tasks to end are the short ones. Who takes them for typical gives some workers far too many.
TEST(Makespan, is_not_misled_by_the_first_tasks_that_end) {
    for (const Duration mean : {Duration(20us), Duration(1ms)}) {
        Case made;
        made.workload.graph.task_count = 50'000;
        made.workload.durations = {.kind = DurationMix::Kind::exponential, .first = mean};
        made.cluster.workers = 5'000;
        const Duration best = best_naive_makespan(made);
        EXPECT_LE(makespan_of(made), best + best / 5) << mean.count() << " ns";
        // With messages: some tasks that short wait for one.
        made.cluster.latency = 10us;
        EXPECT_LE(makespan_of(made), best + best / 5 + 10 * made.cluster.latency)
            << mean.count() << " ns, with latency";
    }
}

// Graham's bound holds for every scheduler that leaves no slot free while a task could start; so this one does not.
TEST(Makespan, is_within_the_bound_of_list_scheduling) {
    for (const char* graph : {"independent", "chain", "stencil", "random", "tree", "diamond", "fan"}) {
        for (const DurationMix& mix : mixes_of(10ms)) {
            for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
                Case made = case_of(graph, mix, seed);
                const SyntheticWorkload workload(made.workload);
                const Bounds bounds = bounds_of(workload);
                EXPECT_LE(makespan_of(made), bounds.upper(made.slots()) + 1us) << graph << ", seed " << seed;

                // A message there and one back for each task: at worst, all tasks are so much longer.
                made.cluster.latency = 1ms;
                const Duration messages = 2 * made.cluster.latency;
                const auto share = static_cast<Duration::rep>(workload.size() / made.slots() + 1 + bounds.path_tasks);
                EXPECT_LE(makespan_of(made), bounds.upper(made.slots()) + messages * share)
                    << graph << ", seed " << seed << ", with latency";
            }
        }
    }
}

/// When tasks end.
class EndTimes final : public Watcher {
  public:
    void settled(TaskNumber, scheduler::Settlement, Instant when) override { times_.push_back(when); }
    /// What the last `share` of the tasks took, after all others had ended.
    Duration tail(std::size_t share) const { return times_.back() - times_[times_.size() - 1 - times_.size() / share]; }

  private:
    std::vector<Instant> times_;
};

// As long as there are no more of them than slots: then all of them run when the others have ended.
TEST(Makespan, of_the_last_percent_is_at_most_the_longest_task) {
    for (const Duration shortest : {Duration(300us), Duration(10ms)}) {
        for (const DurationMix& mix : mixes_of(shortest)) {
            for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
                Case made = case_of("independent", mix, seed);
                made.cluster.workers = std::max(made.cluster.workers, made.workload.graph.task_count / 100 + 1);
                EndTimes times;
                makespan_of(made, &times);
                EXPECT_LE(times.tail(100), bounds_of(SyntheticWorkload(made.workload)).longest)
                    << "mix " << static_cast<int>(mix.kind) << ", seed " << seed;
            }
        }
    }
}

}  // namespace
}  // namespace rankpool::simulation
