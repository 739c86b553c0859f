#pragma once

#include <memory>

#include <mpi.h>

#include <rankpool/transport/transport.hpp>

namespace rankpool {

/// A transport over the ranks of a communicator.
///
/// Works on a duplicate of `comm`, so its messages never meet the program's own. Small messages use a ring of receives
/// posted ahead; large ones (any size, 2 GiB and more too) travel straight from and into the bytes they live in.
/// Collective over `comm`, here and when the transport is destroyed.
/// @throws MpiError
std::unique_ptr<Transport> make_mpi_transport(MPI_Comm comm);

}  // namespace rankpool
