#include "info_warnings.hpp"

#include <rankpool/core/error.hpp>

namespace rankpool::apps {
namespace {

std::string ranks_text(std::size_t count) { return std::to_string(count) + (count == 1 ? " rank" : " ranks"); }

void about_launch(const InfoFacts& facts, std::vector<std::string>& warnings) {
    try {
        require_usable(facts.launch);
    } catch (const LaunchError& error) {
        warnings.emplace_back(error.what());
    }
    if (facts.mpi_thread_level == "single" || facts.mpi_thread_level == "funneled") {
        warnings.push_back(
            "this MPI grants no more than the thread level '" + facts.mpi_thread_level +
            "', so tasks make no progress while the main thread computes: use an MPI built with thread support");
    }
    if (!facts.allocation) return;
    const Allocation& job = *facts.allocation;
    if (facts.ranks.size() == 1 && job.rank_count > 1 && facts.launch.launcher == Launcher::none) {
        warnings.push_back("the job has room for " + ranks_text(static_cast<std::size_t>(job.rank_count)) +
                           ", and this is a single process: start programs with `mpirun -n " +
                           std::to_string(job.rank_count) + " PROGRAM`");
    } else if (job.node_count > 0 && facts.hosts.size() < static_cast<std::size_t>(job.node_count) &&
               facts.ranks.size() > 1) {
        const bool is_pbs = job.system == BatchSystem::pbs;
        warnings.push_back("the job has " + std::to_string(job.node_count) + " nodes, but the ranks are on " +
                           std::to_string(facts.hosts.size()) + " of them: use " +
                           (is_pbs ? "`mpirun --hostfile $PBS_NODEFILE`" : "`mpirun --map-by node`, or more ranks"));
    }
}

/// Ranks that share cores: by a binding that was not meant so, or because there are more of them than cores.
void about_sharing(const InfoFacts& facts, const HostFacts& host, std::vector<std::string>& warnings) {
    const std::size_t ranks = host.ranks.size();
    const std::vector<int>& cores = host.machine.usable_cores;
    if (ranks <= cores.size() || ranks == 1) return;
    const std::string who = ranks_text(ranks) + " on " + host.machine.host + " share " + describe_cores(cores);
    if (ranks <= static_cast<std::size_t>(host.machine.core_count)) {
        warnings.push_back(
            who + ", though the machine has " + std::to_string(host.machine.core_count) +
            " cores: use `mpirun --bind-to none`, or `srun --cpu-bind=none`, or ask the batch system for more cores");
    } else if (!facts.yields_when_idle) {
        warnings.push_back(who +
                           ", and MPI keeps a core busy while it waits: use `mpirun --oversubscribe --mca "
                           "mpi_yield_when_idle 1`, or fewer ranks");
    }
}

void about_threads(const InfoFacts& facts, const HostFacts& host, std::vector<std::string>& warnings) {
    const std::size_t cores = host.machine.usable_cores.size();
    const auto threads = static_cast<std::size_t>(facts.openmp_threads.value_or(1));
    if (threads <= 1 || host.ranks.size() == 1 || threads * host.ranks.size() <= cores) return;
    warnings.push_back("OMP_NUM_THREADS is " + std::to_string(threads) + ", so " + ranks_text(host.ranks.size()) +
                       " on " + host.machine.host + " may run " + std::to_string(threads * host.ranks.size()) +
                       " threads on " + std::to_string(cores) + (cores == 1 ? " core" : " cores") +
                       ": use `export OMP_NUM_THREADS=1`, or fewer ranks");
}

void about_binding(const InfoFacts& facts, const HostFacts& host, std::vector<std::string>& warnings) {
    const std::size_t ranks = host.ranks.size();
    if (ranks < 2 || ranks > static_cast<std::size_t>(host.machine.core_count)) return;
    for (int rank : host.ranks) {
        if (facts.ranks[static_cast<std::size_t>(rank)].is_bound()) return;
    }
    warnings.push_back("the ranks on " + host.machine.host +
                       " are not bound to cores, so the system may move them about: use `mpirun --bind-to core`" +
                       ", or `srun --cpu-bind=cores`, unless tasks use threads of their own");
}

void about_load(const InfoFacts&, const HostFacts& host, std::vector<std::string>& warnings) {
    // Our own ranks have hardly run when this is asked, so a load beyond the cores is of others.
    if (host.machine.core_count == 0 || host.machine.load <= 1.5 * host.machine.core_count) return;
    warnings.push_back(host.machine.host + " is busy with other work: load " +
                       std::to_string(static_cast<int>(host.machine.load)) + " on " +
                       std::to_string(host.machine.core_count) + " cores; times measured now say little");
}

}  // namespace

std::vector<std::string> warnings_about(const InfoFacts& facts) {
    std::vector<std::string> warnings;
    about_launch(facts, warnings);
    for (const auto check : {about_sharing, about_threads, about_binding, about_load}) {
        std::vector<std::string> alike;
        for (const HostFacts& host : facts.hosts) check(facts, host, alike);
        if (alike.empty()) continue;
        warnings.push_back(alike.front());  // On thousands of nodes one example is enough.
        if (alike.size() > 1) warnings.back() += " (so it is on " + std::to_string(alike.size()) + " hosts)";
    }
    if (facts.libraries.hdf5 != facts.libraries.hdf5_compiled) {
        warnings.push_back("HDF5 " + facts.libraries.hdf5 + " is loaded, but rankpool was compiled with " +
                           facts.libraries.hdf5_compiled + ": load the module it was built with, or build again");
    }
    return warnings;
}

}  // namespace rankpool::apps
