#include <new>

#include <rankpool/transport/mpi_error.hpp>
#include <rankpool/transport/node_memory.hpp>

namespace rankpool {
namespace {

constexpr MPI_Aint line_bytes = 64;  // A cache line each, so that ringing one rank does not disturb another.

}  // namespace

NodeWords::NodeWords(MPI_Comm comm) {
    int size = 0;
    int node_size = 0;
    check_mpi(MPI_Comm_size(comm, &size), "MPI_Comm_size");
    words_.assign(static_cast<std::size_t>(size), nullptr);
    check_mpi(MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node_), "MPI_Comm_split_type");
    check_mpi(MPI_Comm_size(node_, &node_size), "MPI_Comm_size");
    all_on_one_node_ = node_size == size;

    void* mine = nullptr;
    check_mpi(MPI_Win_allocate_shared(line_bytes, 1, MPI_INFO_NULL, node_, &mine, &window_), "MPI_Win_allocate_shared");
    new (mine) std::atomic<std::uint32_t>(0);
    check_mpi(MPI_Barrier(node_), "MPI_Barrier");

    MPI_Group all = MPI_GROUP_NULL;
    MPI_Group here = MPI_GROUP_NULL;
    check_mpi(MPI_Comm_group(comm, &all), "MPI_Comm_group");
    check_mpi(MPI_Comm_group(node_, &here), "MPI_Comm_group");
    for (int node_rank = 0; node_rank < node_size; ++node_rank) {
        int rank = 0;
        MPI_Aint bytes = 0;
        int unit = 0;
        void* address = nullptr;
        check_mpi(MPI_Group_translate_ranks(here, 1, &node_rank, all, &rank), "MPI_Group_translate_ranks");
        check_mpi(MPI_Win_shared_query(window_, node_rank, &bytes, &unit, &address), "MPI_Win_shared_query");
        words_[static_cast<std::size_t>(rank)] = static_cast<std::atomic<std::uint32_t>*>(address);
    }
    MPI_Group_free(&all);
    MPI_Group_free(&here);
}

NodeWords::~NodeWords() {
    MPI_Win_free(&window_);
    MPI_Comm_free(&node_);
}

}  // namespace rankpool
