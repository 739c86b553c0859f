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
    if (options_.speculative > 0 && plan.children == 0) plan.is_speculative = random.chance(options_.speculative);
    // Children have none: a parent keeps what it holds while it waits for them.
    if (options_.requests > 0 && number < size() && !random.chance(333)) {
        plan.request = scheduler::RequestId{random.below(options_.requests)};
        if (ranks(plan.request) > 1) plan.children = 0;
    }
    return plan;
}

std::vector<RequestVariants> SyntheticWorkload::requests() const {
    Random random(options_.seed);
    std::vector<RequestVariants> requests(options_.requests);
    for (RequestVariants& request : requests) {
        request.resize(random.between(1, options_.variants));
        for (std::vector<scheduler::Need>& needs : request) {
            for (std::uint16_t i = 0; i < synthetic_resources; ++i) {
                // Sixteenths of the most, or nothing of one of them.
                const scheduler::Amount amount = synthetic_need_max / 16 * random.below(17);
                if (amount > 0) needs.push_back({scheduler::ResourceId{i}, amount});
            }
        }
    }
    return requests;
}

}  // namespace rankpool::simulation
