#include <algorithm>
#include <array>
#include <simulation/graph.hpp>
#include <simulation/random.hpp>
#include <string>
#include <utility>

#include <rankpool/core/error.hpp>

namespace rankpool::simulation {
namespace {

using Inputs = std::vector<TaskNumber>;

constexpr std::array<std::pair<std::string_view, GraphKind>, 7> names{{{"independent", GraphKind::independent},
                                                                       {"chain", GraphKind::chain},
                                                                       {"stencil", GraphKind::stencil},
                                                                       {"random", GraphKind::random},
                                                                       {"tree", GraphKind::tree},
                                                                       {"diamond", GraphKind::diamond},
                                                                       {"fan", GraphKind::fan}}};

void add_stencil(TaskNumber number, TaskNumber width, Inputs& inputs) {
    if (number < width) return;
    const TaskNumber above = number - width;
    const TaskNumber column = number % width;
    inputs.push_back(above);
    if (column > 0) inputs.push_back(above - 1);
    if (column + 1 < width) inputs.push_back(above + 1);
}

void add_random(const Graph& graph, TaskNumber number, Inputs& inputs) {
    const TaskNumber reach = std::min(number, graph.width);
    if (reach == 0) return;
    Random random(graph.seed, number);
    for (std::uint32_t count = random.below(5); count > 0; --count) inputs.push_back(number - 1 - random.below(reach));
}

void add_tree(TaskNumber number, TaskNumber task_count, Inputs& inputs) {
    const TaskNumber leaves = task_count / 2 + 1;
    if (number < leaves) return;
    inputs.push_back(2 * (number - leaves));
    inputs.push_back(2 * (number - leaves) + 1);
}

void add_diamond(TaskNumber number, Inputs& inputs) {
    const TaskNumber place = number % 4;
    if (place == 0 && number == 0) return;
    if (place == 2) inputs.push_back(number - 2);
    if (place != 2) inputs.push_back(number - 1);
    if (place == 3) inputs.push_back(number - 2);
}

void add_fan(TaskNumber number, TaskNumber width, Inputs& inputs) {
    const TaskNumber place = number % (width + 2);
    const TaskNumber first = number - place;
    if (place == 0 && number == 0) return;
    if (place == 0) inputs.push_back(number - 1);
    if (place > 0 && place <= width) inputs.push_back(first);
    if (place <= width) return;
    for (TaskNumber each = first + 1; each < number; ++each) inputs.push_back(each);
}

}  // namespace

void add_inputs_of(const Graph& graph, TaskNumber number, Inputs& inputs) {
    switch (graph.kind) {
        case GraphKind::independent:
            return;
        case GraphKind::chain:
            if (number >= graph.width) inputs.push_back(number - graph.width);
            return;
        case GraphKind::stencil:
            return add_stencil(number, graph.width, inputs);
        case GraphKind::random:
            return add_random(graph, number, inputs);
        case GraphKind::tree:
            return add_tree(number, graph.task_count, inputs);
        case GraphKind::diamond:
            return add_diamond(number, inputs);
        case GraphKind::fan:
            return add_fan(number, graph.width, inputs);
    }
}

GraphKind parse_graph(std::string_view name) {
    std::string all;
    for (const auto& [known, kind] : names) {
        if (known == name) return kind;
        all += (all.empty() ? "" : ", ") + std::string(known);
    }
    throw ConfigError("'" + std::string(name) + "' is no graph: use one of " + all);
}

std::string_view name_of(GraphKind kind) {
    for (const auto& [name, each] : names) {
        if (each == kind) return name;
    }
    return "unknown";
}

}  // namespace rankpool::simulation
