#pragma once

#include <string>
#include <vector>

#include "simulate_run.hpp"

namespace rankpool::apps {

/// One run for people: what the scheduler costs, how good its schedule is, and what that means for the program.
std::string simulate_text(const SimulatedRun& run, const std::string& workload);
/// One run as a JSON object.
std::string simulate_json(const SimulatedRun& run, const std::string& workload);

/// How long the same work takes on several numbers of ranks.
struct RankRun {
    std::uint32_t ranks = 1;
    SimulatedRun run;
};
std::string ranks_text(const std::vector<RankRun>& runs, const std::string& workload);
/// The last run as above, and a list "ranks" with all of them.
std::string ranks_json(const std::vector<RankRun>& runs, const std::string& workload);

}  // namespace rankpool::apps
