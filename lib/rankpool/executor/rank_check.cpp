#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <boost/mpi/collectives.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/serialization/string.hpp>

#include <rankpool/core/error.hpp>
#include <rankpool/executor/host_name.hpp>
#include <rankpool/executor/rank_check.hpp>
#include <rankpool/task/module_address.hpp>
#include <rankpool/task/registry.hpp>
#include <rankpool/transport/mpi_error.hpp>

namespace rankpool {
namespace {

void check_environment() {
    int flag = 0;
    check_mpi(MPI_Initialized(&flag), "MPI_Initialized");
    if (flag == 0) throw LaunchError("MPI is not initialised: call MPI_Init_thread first, or use rankpool::run()");
    check_mpi(MPI_Finalized(&flag), "MPI_Finalized");
    if (flag != 0) throw LaunchError("MPI is finalised already: make the pool before MPI_Finalize");
    int level = MPI_THREAD_SINGLE;
    check_mpi(MPI_Query_thread(&level), "MPI_Query_thread");
    if (level < MPI_THREAD_SERIALIZED) {
        throw LaunchError(
            "MPI was initialised without MPI_THREAD_SERIALIZED, and tasks that run long need a second thread for "
            "messages: call MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided) instead of MPI_Init");
    }
}

}  // namespace

void check_ranks(MPI_Comm comm) {
    check_environment();
    const boost::mpi::communicator ranks(comm, boost::mpi::comm_attach);
    const std::array<std::uint64_t, 2> mine{program_fingerprint(), registry_fingerprint()};
    std::vector<std::uint64_t> all(2 * static_cast<std::size_t>(ranks.size()));
    check_mpi(MPI_Allgather(mine.data(), 2, MPI_UINT64_T, all.data(), 2, MPI_UINT64_T, comm), "MPI_Allgather");
    int odd = 0;
    for (int rank = 1; rank < ranks.size(); ++rank) {
        const auto i = 2 * static_cast<std::size_t>(rank);
        if (odd == 0 && (all[i] != all[0] || all[i + 1] != all[1])) odd = rank;
    }
    if (odd == 0) return;
    std::error_code ignored;
    const std::string here = std::filesystem::read_symlink("/proc/self/exe", ignored).string() + " on " + host_name();
    std::vector<std::string> programs;
    boost::mpi::all_gather(ranks, here, programs);
    throw LaunchError("the ranks run different programs: rank 0 runs " + programs[0] + ", rank " + std::to_string(odd) +
                      " runs " + programs[static_cast<std::size_t>(odd)] +
                      ". A task would call the wrong function there: start the same build of one program on all ranks");
}

}  // namespace rankpool
