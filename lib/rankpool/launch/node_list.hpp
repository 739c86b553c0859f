#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rankpool {

/// Writes out a list of nodes as Slurm abbreviates it: "node[08-10,12],login" is node08, node09, node10, node12, login.
///
/// @returns none if the text does not have that form or names more than 1,000,000 nodes
/// Source: Slurm, scontrol(1), "show hostnames".
std::optional<std::vector<std::string>> expand_node_list(std::string_view text);

/// Writes out numbers per node as Slurm abbreviates them: "4(x2),2" is 4, 4, 2.
///
/// @returns none if the text does not have that form or is about more than 1,000,000 nodes
/// Source: Slurm, sbatch(1), SLURM_JOB_CPUS_PER_NODE.
std::optional<std::vector<int>> expand_per_node(std::string_view text);

/// The distinct hosts of a PBS node file, which names a host once for every rank on it; in the file's order.
std::vector<std::string> hosts_of_node_file(std::string_view content);

/// How many ranks a PBS node file has room for: its lines.
int ranks_of_node_file(std::string_view content);

}  // namespace rankpool
