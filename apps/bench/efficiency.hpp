#pragma once

#include <vector>

#include "bench/report.hpp"
#include "bench/workplace.hpp"

namespace rankpool::apps {

/// Which part of the time of cores that can work goes into the work itself: the rate of tasks of a length, divided by
/// that of a core which does nothing else, and by the number of cores that run tasks. Round by round.
/// efficiency.submit.1us to efficiency.map.1ms, beside efficiency.farm.1us… of the tuned farm.
/// @param all  what was measured; those of the rates that are missing are left out
std::vector<Measurement> efficiencies(const std::vector<const Measured*>& all, const Workplace& workplace);

}  // namespace rankpool::apps
