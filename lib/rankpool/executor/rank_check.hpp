#pragma once

#include <mpi.h>

namespace rankpool {

/// Makes sure that MPI is up, its thread level suffices, and all ranks of `comm` run the same build of the same
/// program. Collective.
///
/// @throws LaunchError  on all ranks, with what to do
void check_ranks(MPI_Comm comm);

}  // namespace rankpool
