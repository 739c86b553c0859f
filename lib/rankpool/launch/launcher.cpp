#include <fstream>
#include <unistd.h>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/launcher.hpp>

namespace rankpool {
namespace {

Launch read_srun(const Environment& environment) {
    Launch launch;
    launch.rank = find_count(environment, "SLURM_PROCID").value_or(0);
    launch.rank_count = find_count(environment, "SLURM_STEP_NUM_TASKS").value_or(1);
    // Slurm names the plugin here; it is unset for "none". Cray's plugins set neither PMIX_RANK nor PMI_RANK.
    const std::string plugin = find_text(environment, "SLURM_MPI_TYPE").value_or("none");
    launch.launcher = plugin == "none" ? Launcher::srun_without_mpi : Launcher::srun;
    return launch;
}

}  // namespace

Launch read_launch(const Environment& environment) {
    // mpirun inside a Slurm or PBS job leaves the job's variables in place, so it is asked first.
    if (const auto rank = find_count(environment, "OMPI_COMM_WORLD_RANK")) {
        return {Launcher::mpirun, *rank, find_count(environment, "OMPI_COMM_WORLD_SIZE").value_or(0)};
    }
    const bool is_in_step = find_text(environment, "SLURM_STEP_NUM_TASKS").has_value();
    if (const auto rank = find_count(environment, "PMI_RANK")) {
        const Launcher launcher = find_text(environment, "SLURM_MPI_TYPE") ? Launcher::srun : Launcher::hydra;
        return {launcher, *rank, find_count(environment, "PMI_SIZE").value_or(0)};
    }
    if (const auto rank = find_count(environment, "PMIX_RANK")) {
        if (is_in_step) return {Launcher::srun, *rank, *find_count(environment, "SLURM_STEP_NUM_TASKS")};
        return {Launcher::mpirun, *rank, 0};
    }
    if (is_in_step) return read_srun(environment);
    return {};
}

Launch current_launch() { return read_launch(current_environment()); }

void require_usable(const Launch& launch) {
    if (launch.launcher != Launcher::srun_without_mpi || launch.rank_count == 1) return;
    const std::string count = std::to_string(launch.rank_count);
    throw LaunchError("srun started " + count +
                      " copies of this program, but without connecting them as MPI ranks, so each of " +
                      "them would do the whole work alone: start them with `srun --mpi=pmix -n " + count +
                      " PROGRAM` (`srun --mpi=list` shows what this cluster has), or with `mpirun -n " + count +
                      " PROGRAM` inside the job");
}

std::vector<std::string> parent_arguments() {
    std::ifstream file("/proc/" + std::to_string(getppid()) + "/cmdline", std::ios::binary);
    std::vector<std::string> arguments;
    for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
    return arguments;
}

std::string describe(const Launch& launch) {
    const std::string ranks = launch.rank_count == 0   ? std::string("an unknown number of ranks")
                              : launch.rank_count == 1 ? std::string("1 rank")
                                                       : std::to_string(launch.rank_count) + " ranks";
    switch (launch.launcher) {
        case Launcher::none:
            return "started directly, 1 process";
        case Launcher::mpirun:
            return "mpirun, " + ranks;
        case Launcher::hydra:
            return "mpiexec, " + ranks;
        case Launcher::srun:
            return "srun, " + ranks;
        case Launcher::srun_without_mpi:
            return launch.rank_count == 1
                       ? "srun without MPI, 1 process"
                       : "srun without MPI, " + std::to_string(launch.rank_count) + " separate copies";
    }
    return "";
}

}  // namespace rankpool
