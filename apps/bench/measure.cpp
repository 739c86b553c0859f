#include "bench/measure.hpp"

#include <string>

#include <mpi.h>

#include "bench/efficiency.hpp"
#include "bench/farm.hpp"
#include "bench/pool.hpp"
#include "bench/raw.hpp"
#include "bench/raw_graph.hpp"
#include "bench/scheduler_case.hpp"

namespace rankpool::apps {
namespace {

constexpr std::size_t huge_blocks_max = 3;

/// All that is measured without a pool.
class Rivals {
  public:
    Rivals(const Workplace& workplace, const PoolBench::IsWanted& is_wanted) {
        add(work_cases(workplace), is_wanted);
        add(scheduler_cases(), is_wanted);
        if (workplace.rank_count == 1) return;  // The others need somebody to send to.
        add(raw_cases(), is_wanted);
        add(farm_cases(workplace), is_wanted);
        for (const GraphPattern pattern : graph_patterns) {
            RawGraph graph(pattern, workplace);
            if (is_wanted(graph.measured().spec())) graphs_.push_back(std::move(graph));
        }
    }

    void run_round() {
        for (Measured& measured : measured_) {
            if (measured.spec().is_in_blocks || decide_together(measured.series().summary().blocks < huge_blocks_max)) {
                run_blocks(measured);
            }
        }
        for (RawGraph& graph : graphs_) graph.run_round();
    }

    std::vector<const Measured*> results() const {
        std::vector<const Measured*> results;
        for (const Measured& measured : measured_) results.push_back(&measured);
        for (const RawGraph& graph : graphs_) results.push_back(&graph.measured());
        return results;
    }

  private:
    void add(std::vector<BlockCase> cases, const PoolBench::IsWanted& is_wanted) {
        for (BlockCase& spec : cases) {
            if (is_wanted(spec)) measured_.emplace_back(std::move(spec));
        }
    }

    std::vector<Measured> measured_;
    std::vector<RawGraph> graphs_;
};

}  // namespace

int agree(int number_of_rank_0) {
    MPI_Bcast(&number_of_rank_0, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return number_of_rank_0;
}

std::vector<Measurement> measure(const MpiSession& mpi, const Workplace& workplace, const Plan& plan) {
    const double start = seconds_now();
    const auto is_wanted = [&](const BlockCase& spec) {
        return plan.topics.contains(spec.topic) &&
               (spec.is_in_blocks || spec.topic != Topic::payload || plan.with_huge_payloads);
    };
    Rivals rivals(workplace, is_wanted);
    PoolBench pool(mpi, workplace, is_wanted);
    pool.measure_once();
    // In turns, so that a spell of other load touches all of them alike.
    do {
        rivals.run_round();
        pool.run_round();
    } while (decide_together(seconds_now() - start < plan.seconds));

    std::vector<const Measured*> all = pool.results();
    for (const Measured* measured : rivals.results()) all.push_back(measured);
    std::vector<Measurement> measurements;
    for (const Measured* measured : all) {
        if (measured->series().summary().blocks != 0) measurements.push_back(measurement_of(*measured));
    }
    for (Measurement& efficiency : efficiencies(all, workplace)) measurements.push_back(std::move(efficiency));
    compare(measurements);
    return measurements;
}

}  // namespace rankpool::apps
