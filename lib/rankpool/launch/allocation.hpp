#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rankpool/launch/environment.hpp>

namespace rankpool {

enum class BatchSystem { slurm, pbs };

/// "Slurm" or "PBS".
const char* name_of(BatchSystem system);

/// The part of the machine a batch job was given, as far as the batch system tells it.
struct Allocation {
    BatchSystem system = BatchSystem::slurm;
    std::string job_id;
    std::string job_name;
    std::string queue;             ///< Slurm: partition
    std::string submit_directory;  ///< where sbatch or qsub was called
    std::vector<std::string> nodes;
    int node_count = 0;
    std::vector<int> cpus_per_node;  ///< one entry per node; empty if not told
    int rank_count = 0;              ///< ranks asked for (in a Slurm step: those of the step); 0 if not told
    std::optional<std::uint64_t> memory_bytes_per_node;  ///< none if not told, or if all of it is ours
    std::optional<int> array_index;                      ///< set in an element of a job array
    int restart_count = 0;                               ///< times the job was requeued; PBS does not tell
    friend bool operator==(const Allocation&, const Allocation&) = default;
};

/// Reads the allocation from the environment of a process in a job; none outside of jobs.
///
/// What is missing or does not have the documented form is left empty: an allocation is for choosing defaults and for
/// explaining, and a run must not fail for an odd variable.
///
/// @param pbs_node_file  content of the file $PBS_NODEFILE; not used by other batch systems
/// Source: sbatch(1) OUTPUT ENVIRONMENT VARIABLES; qsub(1) of OpenPBS; recorded from Slurm 22.05 and OpenPBS 23.06.
std::optional<Allocation> read_allocation(const Environment& environment, std::string_view pbs_node_file);

/// The allocation this process runs in.
std::optional<Allocation> current_allocation();

}  // namespace rankpool
