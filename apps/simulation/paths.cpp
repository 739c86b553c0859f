#include <algorithm>
#include <simulation/paths.hpp>

namespace rankpool::simulation {

std::vector<std::uint32_t> paths_of(const Workload& workload) {
    std::vector<std::uint32_t> paths;
    std::vector<TaskNumber> inputs;
    // Inputs have lower numbers, so what is needed of a task is known when its turn comes.
    for (TaskNumber number = workload.size(); number-- > 0;) {
        inputs.clear();
        workload.add_inputs(number, inputs);
        if (!inputs.empty() && paths.empty()) paths.resize(workload.size(), 1);
        for (const TaskNumber input : inputs) paths[input] = std::max(paths[input], paths[number] + 1);
    }
    return paths;
}

}  // namespace rankpool::simulation
