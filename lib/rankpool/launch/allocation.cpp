#include <fstream>
#include <iterator>

#include <rankpool/launch/allocation.hpp>
#include <rankpool/launch/node_list.hpp>

namespace rankpool {
namespace {

std::string text_or_empty(const Environment& environment, std::string_view name) {
    return find_text(environment, name).value_or("");
}

/// The first variable that holds a count. Slurm has kept old names beside new ones.
int first_count(const Environment& environment, std::initializer_list<std::string_view> names) {
    for (std::string_view name : names) {
        if (const auto count = find_count(environment, name)) return *count;
    }
    return 0;
}

Allocation read_slurm(const Environment& environment) {
    Allocation allocation;
    allocation.system = BatchSystem::slurm;
    allocation.job_id = text_or_empty(environment, "SLURM_JOB_ID");
    allocation.job_name = text_or_empty(environment, "SLURM_JOB_NAME");
    allocation.queue = text_or_empty(environment, "SLURM_JOB_PARTITION");
    allocation.submit_directory = text_or_empty(environment, "SLURM_SUBMIT_DIR");
    allocation.nodes =
        expand_node_list(text_or_empty(environment, "SLURM_JOB_NODELIST")).value_or(std::vector<std::string>{});
    allocation.node_count = first_count(environment, {"SLURM_JOB_NUM_NODES", "SLURM_NNODES"});
    allocation.cpus_per_node =
        expand_per_node(text_or_empty(environment, "SLURM_JOB_CPUS_PER_NODE")).value_or(std::vector<int>{});
    allocation.rank_count = first_count(environment, {"SLURM_NTASKS", "SLURM_NPROCS"});
    // In MiB; 0 means all that a node has.
    if (const auto mib = find_count(environment, "SLURM_MEM_PER_NODE"); mib && *mib > 0)
        allocation.memory_bytes_per_node = static_cast<std::uint64_t>(*mib) << 20;
    allocation.array_index = find_count(environment, "SLURM_ARRAY_TASK_ID");
    allocation.restart_count = first_count(environment, {"SLURM_RESTART_COUNT"});
    return allocation;
}

Allocation read_pbs(const Environment& environment, std::string_view node_file) {
    Allocation allocation;
    allocation.system = BatchSystem::pbs;
    allocation.job_id = text_or_empty(environment, "PBS_JOBID");
    allocation.job_name = text_or_empty(environment, "PBS_JOBNAME");
    allocation.queue = text_or_empty(environment, "PBS_QUEUE");
    allocation.submit_directory = text_or_empty(environment, "PBS_O_WORKDIR");
    allocation.nodes = hosts_of_node_file(node_file);
    allocation.node_count = static_cast<int>(allocation.nodes.size());
    // PBS tells the cores of our own chunk only; chunks usually are alike.
    if (const auto cpus = find_count(environment, "NCPUS"))
        allocation.cpus_per_node.assign(allocation.nodes.size(), *cpus);
    allocation.rank_count = ranks_of_node_file(node_file);
    allocation.array_index = find_count(environment, "PBS_ARRAY_INDEX");
    return allocation;
}

}  // namespace

const char* name_of(BatchSystem system) {
    switch (system) {
        case BatchSystem::slurm:
            return "Slurm";
        case BatchSystem::pbs:
            return "PBS";
    }
    return "";
}

std::optional<Allocation> read_allocation(const Environment& environment, std::string_view pbs_node_file) {
    if (find_text(environment, "SLURM_JOB_ID")) return read_slurm(environment);
    if (find_text(environment, "PBS_JOBID")) return read_pbs(environment, pbs_node_file);
    return std::nullopt;
}

std::optional<Allocation> current_allocation() {
    const Environment environment = current_environment();
    std::string node_file;
    if (const auto path = find_text(environment, "PBS_NODEFILE")) {
        std::ifstream file(*path);
        node_file.assign(std::istreambuf_iterator<char>(file), {});
    }
    return read_allocation(environment, node_file);
}

}  // namespace rankpool
