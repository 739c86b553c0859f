#include <algorithm>
#include <bit>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <rankpool/core/error.hpp>
#include <rankpool/launch/machine.hpp>
#include <rankpool/launch/ranks_check.hpp>

namespace rankpool {
namespace {

/// How many cores the process that started us may use: the bits of Cpus_allowed, hexadecimal digits with commas.
int cores_of_parent() {
    std::ifstream status("/proc/" + std::to_string(getppid()) + "/status");
    constexpr std::string_view label = "Cpus_allowed:";
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with(label)) continue;
        int count = 0;
        for (const char digit : line.substr(label.size())) {
            const bool is_decimal = digit >= '0' && digit <= '9';
            const bool is_letter = digit >= 'a' && digit <= 'f';
            if (is_decimal) count += std::popcount(static_cast<unsigned>(digit - '0'));
            if (is_letter) count += std::popcount(static_cast<unsigned>(digit - 'a' + 10));
        }
        return count;
    }
    return 0;
}

using CoreSet = std::array<std::uint64_t, RankPlace::cores_max / 64>;

std::vector<int> cores_in(const CoreSet& set) {
    std::vector<int> cores;
    for (std::size_t i = 0; i < RankPlace::cores_max; ++i) {
        if ((set[i / 64] >> (i % 64) & 1) != 0) cores.push_back(static_cast<int>(i));
    }
    return cores;
}

bool is_within(const CoreSet& part, const CoreSet& whole) {
    for (std::size_t i = 0; i < part.size(); ++i) {
        if ((part[i] & ~whole[i]) != 0) return false;
    }
    return true;
}

/// Cores that have more to do than they are, though others of the launcher's are free.
struct Crowd {
    std::string host;
    std::vector<int> cores;
    int rank_count = 0;
    int wanted = 0;
    int launcher_core_count = 0;
};

/// Ranks whose cores all lie in some set need as many cores there as they want (Hall's condition, for the sets that
/// ranks are bound to).
std::optional<Crowd> find_crowd(std::span<const RankPlace> places, const std::function<int(const RankPlace&)>& wants) {
    std::map<std::string, std::vector<const RankPlace*>> nodes;
    for (const RankPlace& place : places) nodes[place.host.data()].push_back(&place);
    for (const auto& [host, ranks] : nodes) {
        std::map<CoreSet, std::pair<int, int>> wanted;  // ranks, and cores they want
        int wanted_in_all = 0;
        for (const RankPlace* const rank : ranks) {
            auto& [count, cores] = wanted[rank->cores];
            ++count;
            cores += wants(*rank);
            wanted_in_all += wants(*rank);
        }
        const int launcher_core_count = ranks.back()->launcher_core_count;
        if (launcher_core_count < wanted_in_all) continue;
        for (const auto& [set, own] : wanted) {
            Crowd crowd{host, cores_in(set), 0, 0, launcher_core_count};
            for (const auto& [other, each] : wanted) {
                if (!is_within(other, set)) continue;
                crowd.rank_count += each.first;
                crowd.wanted += each.second;
            }
            // Alone on its cores a rank has what it was meant to have.
            const bool is_crowded = crowd.wanted > static_cast<int>(crowd.cores.size());
            if (is_crowded && crowd.rank_count > 1 && !crowd.cores.empty()) return crowd;
        }
    }
    return std::nullopt;
}

std::string what_to_do() {
    return "use `mpirun --bind-to core --map-by core` or `mpirun --bind-to none`, or `srun --cpu-bind=cores`";
}

/// On other hosts than mpirun's own, ranks are started by its daemons, which say nothing of what it was told.
bool is_mpirun(std::string_view program) {
    const std::string_view name = program.substr(program.find_last_of('/') + 1);  // From 0 without one.
    return name == "mpirun" || name == "mpiexec" || name == "orterun" || name == "prterun";
}

/// Whether somebody told mpirun how many ranks to start, or where.
bool has_count(std::span<const std::string> arguments) {
    static constexpr std::array<std::string_view, 14> names{"n",           "np",     "c",          "N",    "npernode",
                                                            "pernode",     "map-by", "H",          "host", "hostfile",
                                                            "machinefile", "app",    "npersocket", "ppr"};
    for (std::string_view argument : arguments) {
        if (!argument.starts_with('-')) continue;
        argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
        argument = argument.substr(0, argument.find('='));
        if (std::find(names.begin(), names.end(), argument) != names.end()) return true;
    }
    return false;
}

std::string launcher_line(const Allocation& job) {
    const std::string count = std::to_string(job.rank_count);
    if (job.system == BatchSystem::pbs) return "`mpirun --hostfile $PBS_NODEFILE -n " + count + " PROGRAM`";
    return "`srun --mpi=pmix -n " + count + " PROGRAM`, or `mpirun -n " + count + " PROGRAM`";
}

}  // namespace

RankPlace current_rank_place(std::size_t slots) {
    const Machine machine = current_machine();
    RankPlace place;
    machine.host.copy(place.host.data(), place.host.size() - 1);
    for (const int core : machine.usable_cores) {
        const auto i = static_cast<std::size_t>(core);
        if (i < RankPlace::cores_max) place.cores[i / 64] |= std::uint64_t{1} << (i % 64);
    }
    place.launcher_core_count = cores_of_parent();
    const int threads = find_count(current_environment(), "OMP_NUM_THREADS").value_or(1);
    place.thread_count = static_cast<std::int32_t>(slots) * std::clamp(threads, 1, 1024);
    return place;
}

void require_connected(const Launch& launch, int mpi_rank_count) {
    // More than it told: ranks of several parts of a heterogeneous job.
    if (launch.rank_count <= mpi_rank_count) return;
    const std::string connected = mpi_rank_count == 1 ? "none" : "only " + std::to_string(mpi_rank_count);
    const std::string count = std::to_string(launch.rank_count);
    const bool is_srun = launch.launcher == Launcher::srun || launch.launcher == Launcher::srun_without_mpi;
    throw LaunchError(
        (is_srun ? "srun" : "the launcher") + std::string(" started ") + count +
        " copies of this program, but its MPI connects " + connected +
        " of them, so the whole work would be done several times: " +
        (is_srun ? "start them with another plugin, `srun --mpi=pmix -n " + count +
                       " PROGRAM` (`srun --mpi=list` shows what this cluster has), or with `mpirun -n " + count +
                       " PROGRAM` inside the job"
                 : "it was built with another MPI than this mpirun belongs to; load the module it was built " +
                       std::string("with (`ldd PROGRAM | grep mpi` shows it) and use the mpirun from there")));
}

void require_whole_allocation(const Launch& launch, const std::optional<Allocation>& allocation,
                              std::span<const std::string> launcher_arguments, std::span<const RankPlace> places) {
    if (!allocation || allocation->rank_count <= 1) return;
    const Allocation& job = *allocation;
    const std::string has = "this " + std::string(name_of(job.system)) + " job has " + std::to_string(job.rank_count) +
                            " tasks on " + std::to_string(job.node_count) + (job.node_count == 1 ? " node" : " nodes");
    const std::string or_so = "; RANKPOOL_LAUNCH=any starts it all the same";
    if (places.empty()) {
        if (launch.launcher != Launcher::none) return;
        throw LaunchError(has + ", but the program was started without a launcher, so it would use one process here: " +
                          "start it with " + launcher_line(job) + "; RANKPOOL_EXECUTOR=threads means one process");
    }
    const int rank_count = static_cast<int>(places.size());
    const bool is_untold = launch.launcher == Launcher::mpirun && !launcher_arguments.empty() &&
                           is_mpirun(launcher_arguments.front()) && !has_count(launcher_arguments);
    if (rank_count != job.rank_count && is_untold) {
        throw LaunchError(has + ", but " + launcher_arguments.front() + " started " + std::to_string(rank_count) +
                          (rank_count == 1 ? " rank" : " ranks") + ", because it does not know of the job: start " +
                          launcher_line(job) + or_so);
    }
    std::set<std::string> hosts;
    for (const RankPlace& place : places) hosts.insert(place.host.data());
    const int node_count = static_cast<int>(hosts.size());
    if (rank_count >= job.rank_count && node_count < std::min(job.node_count, rank_count)) {
        throw LaunchError(has + ", but all " + std::to_string(rank_count) + " ranks run on " +
                          std::to_string(node_count) + " of them, and the rest is idle: start " + launcher_line(job) +
                          or_so);
    }
}

void require_separate_cores(std::span<const RankPlace> places) {
    const auto crowd = find_crowd(places, [](const RankPlace&) { return 1; });
    if (!crowd) return;
    throw LaunchError(std::to_string(crowd->rank_count) + " ranks on " + crowd->host + " are bound to " +
                      describe_cores(crowd->cores) + ", though the launcher had " +
                      std::to_string(crowd->launcher_core_count) + " cores there, so they would wait for each other: " +
                      what_to_do() + "; RANKPOOL_BINDING=any starts them all the same");
}

std::string crowded_threads(std::span<const RankPlace> places) {
    const auto crowd = find_crowd(places, [](const RankPlace& place) { return place.thread_count; });
    if (!crowd) return {};
    return std::to_string(crowd->rank_count) + " ranks on " + crowd->host + " are bound to " +
           describe_cores(crowd->cores) + " and have " + std::to_string(crowd->wanted) +
           " threads there (slots, times OMP_NUM_THREADS), though the launcher had " +
           std::to_string(crowd->launcher_core_count) +
           " cores: use `mpirun --map-by slot:PE=N`, or `srun --cpus-per-task=N --cpu-bind=cores`, with N threads per "
           "rank, or "
           "`mpirun --bind-to none`; RANKPOOL_BINDING=any means it so";
}

}  // namespace rankpool
