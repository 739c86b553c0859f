#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <rankpool/core/time.hpp>
#include <rankpool/launch/allocation.hpp>
#include <rankpool/launch/launcher.hpp>
#include <rankpool/launch/machine.hpp>

namespace rankpool::apps {

struct FilterFact {
    std::string name;
    bool is_available = false;
};

/// The libraries this program runs with.
struct LibraryFacts {
    std::string rankpool;
    std::string mpi_library;   ///< "Open MPI v4.1.4"
    std::string mpi_standard;  ///< "3.1"
    std::string boost;
    std::string hdf5;           ///< of the library that runs
    std::string hdf5_compiled;  ///< of the headers it was compiled with
    std::vector<FilterFact> hdf5_filters;
    std::string compiler;
};

struct HostFacts {
    Machine machine;         ///< usable_cores: of any of our ranks there
    std::vector<int> ranks;  ///< ascending
};

/// All that `rankpool info` tells.
struct InfoFacts {
    LibraryFacts libraries;
    Launch launch;
    std::string mpi_thread_level;  ///< the highest this MPI grants; empty if MPI was not started
    bool yields_when_idle = false;
    std::vector<Machine> ranks;    ///< what each rank sees
    std::vector<HostFacts> hosts;  ///< in the order of their lowest rank
    std::optional<Allocation> allocation;
    std::optional<Duration> time_left;  ///< of the batch job, where somebody tells
    std::optional<int> openmp_threads;  ///< OMP_NUM_THREADS
    // What a pool's ranks on rank 0's machine would keep of results.
    std::uint64_t results_in_memory = 0;  ///< bytes, each
    std::uint64_t results_on_disk = 0;    ///< bytes, each
    std::string spill_directory;          ///< empty: nowhere
};

/// Groups what the ranks see by host.
std::vector<HostFacts> hosts_of(const std::vector<Machine>& ranks);

}  // namespace rankpool::apps
