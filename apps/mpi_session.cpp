#include "mpi_session.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <numeric>

#include <mpi.h>

#include "exit_code.hpp"

namespace rankpool::apps {

MpiSession::MpiSession(int thread_level) {
    MPI_Init_thread(nullptr, nullptr, thread_level, &thread_level_);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &rank_count_);
}

MpiSession::~MpiSession() { MPI_Finalize(); }

bool MpiSession::yields_when_idle() const {
    // Open MPI's own name; mpirun sets it where it knows of more ranks than cores. Other libraries do not have it.
    int level = 0;
    if (MPI_T_init_thread(MPI_THREAD_SINGLE, &level) != MPI_SUCCESS) return false;
    int index = 0;
    int count = 0;
    MPI_T_cvar_handle handle{};
    std::array<unsigned char, 64> value{};
    bool yields = false;
    if (MPI_T_cvar_get_index("mpi_yield_when_idle", &index) == MPI_SUCCESS &&
        MPI_T_cvar_handle_alloc(index, nullptr, &handle, &count) == MPI_SUCCESS) {
        yields = count == 1 && MPI_T_cvar_read(handle, value.data()) == MPI_SUCCESS && value[0] != 0;
        MPI_T_cvar_handle_free(&handle);
    }
    MPI_T_finalize();
    return yields;
}

std::vector<std::string> MpiSession::gather(const std::string& text) const {
    const int length = static_cast<int>(text.size());
    std::vector<int> lengths(static_cast<std::size_t>(rank_count_));
    MPI_Gather(&length, 1, MPI_INT, lengths.data(), 1, MPI_INT, 0, MPI_COMM_WORLD);
    std::vector<int> starts(lengths.size());
    std::exclusive_scan(lengths.begin(), lengths.end(), starts.begin(), 0);
    std::string all(static_cast<std::size_t>(starts.back() + lengths.back()), ' ');
    MPI_Gatherv(text.data(), length, MPI_CHAR, all.data(), lengths.data(), starts.data(), MPI_CHAR, 0, MPI_COMM_WORLD);
    std::vector<std::string> texts;
    for (std::size_t i = 0; rank_ == 0 && i < lengths.size(); ++i) {
        texts.push_back(all.substr(static_cast<std::size_t>(starts[i]), static_cast<std::size_t>(lengths[i])));
    }
    return texts;
}

int run_on_ranks(int thread_level, const std::function<int(const MpiSession&)>& action) {
    const MpiSession mpi(thread_level);
    try {
        return action(mpi);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "rankpool, rank %d: %s\n", mpi.rank(), error.what());
        std::fflush(nullptr);
        MPI_Abort(MPI_COMM_WORLD, exit_failure);
        return exit_failure;
    }
}

}  // namespace rankpool::apps
