#pragma once

#include <simulation/duration_mix.hpp>
#include <simulation/graph.hpp>

namespace rankpool::simulation {

struct SyntheticOptions {
    Graph graph;
    DurationMix durations;
    std::uint64_t seed = 1;
    std::uint32_t functions = 1;    ///< the durations of function i are 2^(i % 8) times those of the mix
    std::uint32_t priorities = 1;   ///< different ones
    std::uint32_t requests = 0;     ///< different ones of amounts of two resources; a third of the tasks have none
    std::uint32_t variants = 1;     ///< of each request, at most
    std::uint32_t ranks = 1;        ///< every third request is for so many workers together
    std::uint32_t speculative = 0;  ///< so many of a thousand tasks may be copied
    std::uint32_t raising_ppm = 0;  ///< so many of a million attempts raise…
    std::uint32_t retries = 0;      ///< …and may be tried again so often
    std::uint32_t parents = 0;      ///< so many of a thousand tasks submit up to four tasks and wait for them
};

/// No request of a synthetic workload asks for more of a resource. Every worker should have that much, or tasks wait
/// for ever.
inline constexpr scheduler::Amount synthetic_need_max = 4 * scheduler::whole;
inline constexpr std::uint32_t synthetic_resources = 2;

/// A made-up program of any size that takes no memory.
class SyntheticWorkload final : public Workload {
  public:
    explicit SyntheticWorkload(const SyntheticOptions& options) : options_(options) {}

    TaskNumber size() const override { return options_.graph.task_count; }
    TaskPlan plan(TaskNumber number) const override;
    std::vector<RequestVariants> requests() const override;
    std::uint32_t ranks(scheduler::RequestId request) const override {
        return request.value % 3 == 0 ? options_.ranks : 1;
    }
    void add_inputs(TaskNumber number, std::vector<TaskNumber>& inputs) const override {
        if (number < size()) add_inputs_of(options_.graph, number, inputs);
    }

  private:
    SyntheticOptions options_;
};

}  // namespace rankpool::simulation
