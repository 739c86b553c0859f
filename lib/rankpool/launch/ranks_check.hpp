#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <rankpool/launch/allocation.hpp>
#include <rankpool/launch/launcher.hpp>

namespace rankpool {

/// Where a rank may run, in a form that all ranks can send to one.
struct RankPlace {
    static constexpr std::size_t cores_max = 1024;

    std::array<char, 64> host{};
    std::array<std::uint64_t, cores_max / 64> cores{};  ///< a bit per core that the rank may use
    std::int32_t launcher_core_count = 0;               ///< cores that its parent may use; 0 if nobody tells
    std::int32_t thread_count = 1;                      ///< threads that compute at once
};

/// The place of this process, which runs `slots` tasks at once, each with OMP_NUM_THREADS threads.
RankPlace current_rank_place(std::size_t slots = 1);

/// Refuses ranks of which MPI did not connect all: they would do the work several times.
///
/// @param mpi_rank_count  the size of MPI_COMM_WORLD
/// @throws LaunchError    the launcher started more; the text has the command to use
void require_connected(const Launch& launch, int mpi_rank_count);

/// Refuses a number of ranks that nobody has asked for, in a batch job that was given a number of them: a program
/// started without a launcher, an mpirun that did not know of the job, ranks on some of its nodes only.
///
/// A number that was given to mpirun or srun is meant: `mpirun -n 2` and `srun -n 2` may use a part of the job.
/// @param launcher_arguments  mpirun's command line; empty if it is hidden, and then the number is taken as meant
/// @param places              of all ranks; empty for a program without MPI
/// @throws LaunchError        the text has the command to use
void require_whole_allocation(const Launch& launch, const std::optional<Allocation>& allocation,
                              std::span<const std::string> launcher_arguments, std::span<const RankPlace> places);

/// Refuses bindings that put several ranks on one core while the launcher had cores for all of them.
///
/// Ranks without a binding, more ranks than cores, and containers of few cores are fine: there nothing was bound
/// wrongly.
/// @param places  of all ranks
/// @throws LaunchError  the text has the options to use
void require_separate_cores(std::span<const RankPlace> places);

/// What is odd about bindings that give the ranks' threads fewer cores than they are, while the launcher had enough;
/// with the options to use. Empty if nothing is.
std::string crowded_threads(std::span<const RankPlace> places);

}  // namespace rankpool
