// The real scheduler in virtual clusters of all kinds, watched by checkers that know what really happens.
//
// RANKPOOL_SIMULATION_SEEDS=5000 runs so many seeds; RANKPOOL_SEED=n runs one, and writes everything that happens.
#include <array>
#include <cstdlib>
#include <iostream>
#include <simulation/commit_checker.hpp>
#include <simulation/ends_checker.hpp>
#include <simulation/input_checker.hpp>
#include <simulation/resource_checker.hpp>
#include <simulation/slot_checker.hpp>
#include <simulation/trace_printer.hpp>
#include <simulation/watchers.hpp>
#include <simulation/weather.hpp>
#include <string>

#include <gtest/gtest.h>

namespace rankpool::simulation {
namespace {

using scheduler::Counters;
using scheduler::Scheduler;
using scheduler::Settlement;

constexpr std::uint64_t seeds_in_ci = 600;

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text != nullptr ? std::stoull(text) : otherwise;
}

/// Checks the scheduler's own rules after every event, or now and then where there are many tasks.
class InvariantChecker final : public Watcher {
  public:
    InvariantChecker(const Scheduler& scheduler, TaskNumber task_count)
        : scheduler_(scheduler), interval_(task_count <= 250 ? 1 : 97) {}
    void decided(const scheduler::Event&, std::span<const scheduler::Command>, Instant) override {
        if (++events_ % interval_ == 0) scheduler_.check_invariants();
    }

  private:
    const Scheduler& scheduler_;
    std::uint64_t interval_;
    std::uint64_t events_ = 0;
};

struct Outcome {
    Counters counters;
    std::uint64_t digest = 0;
    Duration makespan{};
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome run(const Weather& weather, bool is_shown) {
    const SyntheticWorkload workload(weather.workload);
    Scheduler scheduler(weather.limits);
    VirtualCluster cluster(weather.cluster, workload, scheduler);
    cluster.add(weather.incidents);
    EndsChecker ends(weather.limits);
    CommitChecker commits(workload);
    InputChecker inputs;
    SlotChecker slots(weather.limits, weather.workload.requests > 0 && weather.workload.ranks > 1);
    ResourceChecker resources(workload.requests(), weather.cluster.stock);
    InvariantChecker invariants(scheduler, workload.size());
    TracePrinter printer(std::cerr);
    std::vector<Watcher*> all{&ends, &commits, &inputs, &slots, &resources, &invariants};
    if (is_shown) all.insert(all.begin(), &printer);
    Watchers watchers(all);
    cluster.watch_by(watchers);
    cluster.run();
    scheduler.check_invariants();
    ends.finish(weather.is_calm(), Instant{} + cluster.makespan());
    const Counters counters = scheduler.counters();
    EXPECT_EQ(counters.settled_as(Settlement::succeeded), ends.count(Settlement::succeeded));
    EXPECT_EQ(counters.settled_as(Settlement::failed), ends.count(Settlement::failed));
    EXPECT_EQ(counters.waiting + counters.ready + counters.assigned + counters.running, 0U);
    return {counters, scheduler.digest(), cluster.makespan()};
}

TEST(Simulation, keeps_every_rule_whatever_happens) {
    const std::uint64_t only = number_from_environment("RANKPOOL_SEED", 0);
    const std::uint64_t count = number_from_environment("RANKPOOL_SIMULATION_SEEDS", seeds_in_ci);
    Counters sum;
    for (std::uint64_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : count); ++seed) {
        SCOPED_TRACE("replay with RANKPOOL_SEED=" + std::to_string(seed));
        Outcome outcome;
        ASSERT_NO_THROW(outcome = run(weather_of(seed), only != 0));
        sum.retries += outcome.counters.retries;
        sum.lost_retries += outcome.counters.lost_retries;
        sum.late_reports += outcome.counters.late_reports;
        sum.stolen_back += outcome.counters.stolen_back;
        sum.copies += outcome.counters.copies;
        for (std::size_t i = 0; i < sum.settled.size(); ++i) sum.settled[i] += outcome.counters.settled[i];
    }
    if (only != 0) return;
    // All of it happens, or the runs would prove little.
    EXPECT_GT(sum.retries, 0U);
    EXPECT_GT(sum.lost_retries, 0U);
    EXPECT_GT(sum.late_reports, 0U);
    EXPECT_GT(sum.stolen_back, 0U);
    EXPECT_GT(sum.copies, 0U);
    for (const Settlement settlement :
         {Settlement::succeeded, Settlement::failed, Settlement::cancelled, Settlement::input_failed,
          Settlement::input_cancelled, Settlement::quarantined}) {
        EXPECT_GT(sum.settled_as(settlement), 0U) << static_cast<int>(settlement);
    }
}

TEST(Simulation, of_one_seed_is_the_same_each_time) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Weather weather = weather_of(seed);
        EXPECT_EQ(run(weather, false), run(weather, false)) << "seed " << seed;
    }
}

TEST(Simulation, is_not_changed_by_handling_reports_in_rows) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Weather weather;
        weather.workload = {.graph = {.kind = GraphKind::random, .task_count = 2000, .width = 300, .seed = seed},
                            .durations = parse_duration_mix("exp:100us"),
                            .seed = seed};
        weather.cluster = {.workers = 50, .latency = std::chrono::microseconds(20), .seed = seed};
        const SyntheticWorkload workload(weather.workload);
        Scheduler scheduler;
        VirtualCluster cluster(weather.cluster, workload, scheduler);  // Unwatched, so it makes rows.
        cluster.run();
        const Outcome one_by_one = run(weather, false);
        EXPECT_EQ(scheduler.digest(), one_by_one.digest) << "seed " << seed;
        EXPECT_EQ(cluster.makespan(), one_by_one.makespan) << "seed " << seed;
    }
}

}  // namespace
}  // namespace rankpool::simulation
