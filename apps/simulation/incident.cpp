#include <algorithm>
#include <simulation/incident.hpp>

namespace rankpool::simulation {

std::vector<Incident> plan_incidents(const IncidentCounts& counts, Random& random) {
    std::vector<Incident> incidents;
    const auto moment = [&] {
        return Instant(
            Duration(static_cast<Duration::rep>(random.unit() * static_cast<double>(counts.horizon.count()))));
    };
    const auto add = [&](Incident::Kind kind, std::uint32_t times, std::uint32_t targets) {
        for (; times > 0; --times) incidents.push_back({moment(), kind, random.below(targets)});
    };
    // They join in the order of their numbers.
    std::vector<Instant> joins(counts.late_workers);
    for (Instant& join : joins) join = moment();
    std::sort(joins.begin(), joins.end());
    for (std::uint32_t i = 0; i < counts.late_workers; ++i) {
        incidents.push_back({joins[i], Incident::Kind::join, counts.workers + i});
    }
    const std::uint32_t workers = counts.workers + counts.late_workers;
    add(Incident::Kind::crash, counts.crashes, workers);
    add(Incident::Kind::cut_off, counts.cut_offs, workers);
    add(Incident::Kind::drain, counts.drains, workers);
    add(Incident::Kind::cancel, counts.cancels, counts.tasks);
    for (std::uint32_t i = 0; i < counts.lost_nodes; ++i) {
        const Instant when = moment();
        const std::uint32_t node = random.below((workers + counts.workers_per_node - 1) / counts.workers_per_node);
        const std::uint32_t first = node * counts.workers_per_node;
        const std::uint32_t end = std::min(first + counts.workers_per_node, workers);
        for (std::uint32_t worker = first; worker < end; ++worker) {
            incidents.push_back({when, Incident::Kind::crash_with_node, worker});
        }
    }
    return incidents;
}

}  // namespace rankpool::simulation
