#pragma once

#include <set>
#include <vector>

#include "bench/report.hpp"
#include "bench/workplace.hpp"
#include "mpi_session.hpp"

namespace rankpool::apps {

/// What to measure, and for how long.
struct Plan {
    std::set<Topic> topics;
    bool with_huge_payloads = false;  ///< 256 MiB and 1 GiB, where there is memory for them
    double seconds = 15;
};

/// Measures the cases of the plan and what they are compared with, in turns. Called by all ranks with the same plan.
/// @returns on rank 0: the figures, those of the pool first
std::vector<Measurement> measure(const MpiSession& mpi, const Workplace& workplace, const Plan& plan);

/// What rank 0 says, on all ranks. Called by all ranks.
int agree(int number_of_rank_0);
inline bool decide_together(bool decision_of_rank_0) { return agree(decision_of_rank_0 ? 1 : 0) != 0; }

}  // namespace rankpool::apps
