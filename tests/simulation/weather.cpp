#include <algorithm>
#include <array>
#include <simulation/list_schedule.hpp>
#include <simulation/weather.hpp>

namespace rankpool::simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::array graphs{GraphKind::independent, GraphKind::chain,   GraphKind::stencil, GraphKind::random,
                            GraphKind::tree,        GraphKind::diamond, GraphKind::fan};
constexpr std::array<Duration, 5> lengths{3us, 40us, 300us, 4ms, 30ms};
constexpr std::array<Duration, 5> latencies{0us, 1us, 10us, 150us, 2ms};

template <class Choices>
auto one_of(const Choices& choices, Random& random) {
    return choices[random.below(static_cast<std::uint32_t>(choices.size()))];
}

/// Mostly nothing.
std::uint32_t sometimes(Random& random, std::uint32_t most) { return random.chance(350) ? random.between(1, most) : 0; }

DurationMix durations(Random& random) {
    DurationMix mix;
    mix.kind = one_of(std::array{DurationMix::Kind::constant, DurationMix::Kind::uniform,
                                 DurationMix::Kind::exponential, DurationMix::Kind::pareto},
                      random);
    mix.first = one_of(lengths, random);
    mix.last = 4 * mix.first;
    mix.longest = 200 * mix.first;
    return mix;
}

SyntheticOptions workload(std::uint64_t seed, Random& random) {
    SyntheticOptions options;
    options.seed = seed;
    // One run in twenty is long.
    const TaskNumber task_count = random.chance(50) ? random.between(2000, 5000) : random.between(1, 250);
    options.graph = {
        .kind = one_of(graphs, random), .task_count = task_count, .width = random.between(1, 40), .seed = seed};
    options.durations = durations(random);
    options.functions = random.between(1, 4);
    options.priorities = random.between(1, 3);
    options.requests = sometimes(random, 5);
    options.variants = random.between(1, 3);
    options.raising_ppm = 1000 * sometimes(random, 400);
    options.retries = random.between(0, 3);
    options.parents = sometimes(random, 500);
    return options;
}

ClusterOptions cluster(std::uint64_t seed, TaskNumber task_count, Random& random) {
    ClusterOptions options;
    options.seed = seed;
    options.workers = random.between(1, 12);
    options.slots = random.between(1, 2);
    options.slots_max = random.between(1, 5);
    options.latency = one_of(latencies, random);
    options.jitter = random.chance(500) ? options.latency * 2 : Duration{};
    options.slow_workers = sometimes(random, 500);
    options.repeats = sometimes(random, 300);
    options.announce_after = one_of(std::array<Duration, 3>{0us, 1ms, 1h}, random);
    if (random.chance(400)) {
        options.burst = random.between(1, task_count);
        options.burst_interval = one_of(lengths, random);
    }
    return options;
}

scheduler::Limits limits(Random& random) {
    scheduler::Limits limits;
    limits.losses_max = static_cast<std::uint8_t>(random.between(1, 3));
    if (!random.chance(300)) return limits;
    limits.queued_work = one_of(lengths, random);
    limits.ahead_max = random.between(0, 20);
    limits.ahead_unmeasured = random.between(0, 3);
    limits.long_task = one_of(lengths, random);
    limits.short_task = one_of(lengths, random);
    return limits;
}

std::vector<Incident> incidents(const Weather& weather, Random& random) {
    if (random.chance(300)) return {};
    const std::uint32_t workers = weather.cluster.workers;
    const Bounds bounds = bounds_of(SyntheticWorkload(weather.workload));
    IncidentCounts counts{.workers = workers, .tasks = weather.workload.graph.task_count};
    counts.late_workers = sometimes(random, 5);
    counts.crashes = sometimes(random, workers);
    counts.cut_offs = sometimes(random, workers);
    counts.lost_nodes = sometimes(random, 2);
    counts.workers_per_node = random.between(1, 4);
    counts.drains = sometimes(random, workers);
    counts.cancels = sometimes(random, counts.tasks);
    counts.horizon = bounds.lower(workers) * 3 / 2 + 4 * weather.cluster.latency + Duration(1);
    return plan_incidents(counts, random);
}

}  // namespace

bool Weather::is_calm() const {
    return std::all_of(incidents.begin(), incidents.end(),
                       [](const Incident& incident) { return incident.kind == Incident::Kind::join; });
}

Weather weather_of(std::uint64_t seed) {
    Random random(seed);
    Weather weather;
    weather.workload = workload(seed, random);
    weather.cluster = cluster(seed, weather.workload.graph.task_count, random);
    if (weather.workload.requests > 0) weather.cluster.stock = synthetic_need_max / 2 * random.between(2, 6);
    weather.limits = limits(random);
    if (random.chance(300)) weather.workload.speculative = random.between(1, 1000);
    if (random.chance(400)) weather.workload.ranks = random.between(2, std::min(weather.cluster.workers, 4U) + 1) - 1;
    weather.incidents = incidents(weather, random);
    return weather;
}

}  // namespace rankpool::simulation
