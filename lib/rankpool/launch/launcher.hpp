#pragma once

#include <string>
#include <vector>

#include <rankpool/launch/environment.hpp>

namespace rankpool {

/// What started this process, and with that, which ranks MPI will see.
enum class Launcher {
    none,              ///< the program itself: one process
    mpirun,            ///< Open MPI's mpirun or prterun
    hydra,             ///< mpiexec of MPICH, Intel MPI and others that speak PMI
    srun,              ///< srun with PMIx or another plugin that MPI can use
    srun_without_mpi,  ///< srun without a plugin that MPI can use: copies that cannot find each other, MPI_Init may
                       ///< fail
};

/// How this process was started.
struct Launch {
    Launcher launcher = Launcher::none;
    int rank = 0;        ///< as the launcher counts; MPI_COMM_WORLD has the last word
    int rank_count = 1;  ///< 0 if the launcher does not tell

    /// Whether MPI_COMM_WORLD has, or may have, more than one rank.
    bool is_multi_rank() const { return rank_count != 1 && launcher != Launcher::srun_without_mpi; }
    friend bool operator==(const Launch&, const Launch&) = default;
};

/// Finds out from the environment how a process was started; without calling MPI, so it works before MPI_Init.
///
/// A batch script's own shell has SLURM_PROCID=0 as well: what makes a step of several ranks is SLURM_STEP_NUM_TASKS.
Launch read_launch(const Environment& environment);

/// How this process was started.
Launch current_launch();

/// Refuses launches that cannot work as ranks.
///
/// @throws LaunchError  srun started copies without MPI; the text has the command to use
void require_usable(const Launch& launch);

/// The command line of the process that started this one: of mpirun, on the first of its hosts. Empty if it is hidden.
std::vector<std::string> parent_arguments();

/// "mpirun, 4 ranks", for people.
std::string describe(const Launch& launch);

}  // namespace rankpool
