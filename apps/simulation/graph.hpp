#pragma once

#include <cstdint>
#include <simulation/workload.hpp>
#include <string_view>
#include <vector>

namespace rankpool::simulation {

/// Which tasks need which.
enum class GraphKind {
    independent,  ///< none
    chain,        ///< `width` chains beside each other
    stencil,      ///< rows of `width` points; each needs itself and its two neighbours of the row above
    random,       ///< up to four of the `width` tasks before
    tree,         ///< a binary reduction: half of the tasks are leaves, each other one needs two
    diamond,      ///< one, then two, then one; the next four begin where these end
    fan,          ///< one task, `width` tasks that need it, one that needs them all; and again
};

struct Graph {
    GraphKind kind = GraphKind::independent;
    TaskNumber task_count = 0;
    TaskNumber width = 1000;
    std::uint64_t seed = 1;
};

/// Appends the inputs of one task. A pure function: nothing is kept.
void add_inputs_of(const Graph& graph, TaskNumber number, std::vector<TaskNumber>& inputs);

/// @throws ConfigError  no such graph; the text names those there are
GraphKind parse_graph(std::string_view name);
std::string_view name_of(GraphKind kind);

}  // namespace rankpool::simulation
