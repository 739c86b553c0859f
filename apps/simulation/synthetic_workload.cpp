#include <simulation/random.hpp>
#include <simulation/synthetic_workload.hpp>

namespace rankpool::simulation {

TaskPlan SyntheticWorkload::plan(TaskNumber number) const {
    Random random(options_.seed, number);
    TaskPlan plan;
    plan.busy = options_.durations.draw(random);
    if (options_.functions > 1) {
        plan.function = FunctionId{random.below(options_.functions)};
        plan.busy *= 1U << plan.function.value % 8;
    }
    if (options_.priorities > 1) plan.priority = static_cast<std::int32_t>(random.below(options_.priorities));
    plan.retries = static_cast<std::uint16_t>(options_.retries);
    while (options_.raising_ppm > 0 && plan.raises <= plan.retries && random.below(1'000'000) < options_.raising_ppm) {
        ++plan.raises;
    }
    if (options_.parents > 0 && random.chance(options_.parents)) {
        plan.children = static_cast<std::uint16_t>(random.between(1, 4));
    }
    return plan;
}

}  // namespace rankpool::simulation
