#include "bench/efficiency.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace rankpool::apps {
namespace {

const Measured* find(const std::vector<const Measured*>& all, const std::string& name) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Measured* m) { return m->spec().name == name; });
    return found == all.end() || (*found)->series().summary().blocks == 0 ? nullptr : *found;
}

}  // namespace

std::vector<Measurement> efficiencies(const std::vector<const Measured*>& all, const Workplace& workplace) {
    constexpr std::array<std::pair<const char*, const char*>, 3> ways = {
        {{"submit.", "tasks.submit."}, {"map.", "tasks.map."}, {"farm.", "farm.tuned."}}};
    const double cores = workplace.busy_cores();
    std::vector<Measurement> made;
    for (const auto& way : ways) {
        for (const TaskLength& length : task_lengths) {
            const std::string name = length.name;
            const Measured* const rate = find(all, way.second + name);
            const Measured* const alone = find(all, "work." + name);
            if (rate == nullptr || alone == nullptr) continue;
            std::vector<double> full_rates = alone->series().round_medians();
            for (double& full_rate : full_rates) full_rate *= cores;
            const BlockSeries series = rate->series().divided_by(full_rates, cores * alone->series().summary().median);
            made.push_back(
                {.name = "efficiency." + (way.first + name),
                 .unit = "of 1",
                 .summary = series.summary(),
                 .round_medians = series.round_medians(),
                 .reference_name = way.second == std::string("farm.tuned.") ? "" : "efficiency.farm." + name});
        }
    }
    return made;
}

}  // namespace rankpool::apps
