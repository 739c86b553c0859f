#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <rankpool/launch/launcher.hpp>

namespace rankpool {

/// Where a rank may run, in a form that all ranks can send to one.
struct RankPlace {
    static constexpr std::size_t cores_max = 1024;

    std::array<char, 64> host{};
    std::array<std::uint64_t, cores_max / 64> cores{};  ///< a bit per core that the rank may use
    std::int32_t launcher_core_count = 0;               ///< cores that its parent may use; 0 if nobody tells
};

/// The place of this process.
RankPlace current_rank_place();

/// Refuses ranks that MPI did not connect: each would take itself for the only one and do the whole work.
///
/// @param mpi_rank_count  the size of MPI_COMM_WORLD
/// @throws LaunchError    the launcher started more; the text has the command to use
void require_connected(const Launch& launch, int mpi_rank_count);

/// Refuses bindings that put several ranks on one core while the launcher had cores for all of them.
///
/// Ranks without a binding, more ranks than cores, and containers of few cores are fine: there nothing was bound
/// wrongly.
/// @param places  of all ranks
/// @throws LaunchError  the text has the options to use
void require_separate_cores(std::span<const RankPlace> places);

}  // namespace rankpool
