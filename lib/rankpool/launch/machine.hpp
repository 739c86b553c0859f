#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rankpool {

/// What this process has of the machine it runs on. Cores are counted as Linux numbers them: hardware threads.
struct Machine {
    std::string host;
    int core_count = 0;                               ///< of the whole machine
    std::vector<int> usable_cores;                    ///< those this process may run on, ascending
    std::uint64_t memory_bytes = 0;                   ///< of the whole machine; 0 if not told
    std::optional<std::uint64_t> memory_limit_bytes;  ///< of the job or container, if smaller
    double load = 0;                                  ///< processes that wanted a core, mean of the last minute

    /// Whether something (mpirun, srun, taskset, a container) keeps this process off some cores.
    bool is_bound() const { return usable_cores.size() < static_cast<std::size_t>(core_count); }
    friend bool operator==(const Machine&, const Machine&) = default;
};

/// The machine as this process sees it now.
Machine current_machine();

/// "core 3", "cores 0-1", "cores 0-3,8": for messages and tables.
std::string describe_cores(std::span<const int> cores);

/// The number after "MemTotal:" in the text of /proc/meminfo, in bytes; 0 if it is not there.
std::uint64_t parse_memory_total(std::string_view meminfo);

/// Files that may hold a memory limit of ours, given the text of /proc/self/cgroup: our own control group and those
/// around it, versions 1 and 2.
/// Source: cgroups(7).
std::vector<std::string> memory_limit_files(std::string_view cgroup);

/// A limit as such a file writes it; none for "max" and for numbers so big that they mean the same.
std::optional<std::uint64_t> parse_memory_limit(std::string_view text);

}  // namespace rankpool
