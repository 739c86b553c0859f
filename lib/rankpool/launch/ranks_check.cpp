#include <bit>
#include <fstream>
#include <map>
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

struct Node {
    std::size_t ranks = 0;
    std::array<std::uint64_t, RankPlace::cores_max / 64> cores{};
    int launcher_core_count = 0;
};

std::vector<int> cores_in(const Node& node) {
    std::vector<int> cores;
    for (std::size_t i = 0; i < RankPlace::cores_max; ++i) {
        if ((node.cores[i / 64] >> (i % 64) & 1) != 0) cores.push_back(static_cast<int>(i));
    }
    return cores;
}

}  // namespace

RankPlace current_rank_place() {
    const Machine machine = current_machine();
    RankPlace place;
    machine.host.copy(place.host.data(), place.host.size() - 1);
    for (const int core : machine.usable_cores) {
        const auto i = static_cast<std::size_t>(core);
        if (i < RankPlace::cores_max) place.cores[i / 64] |= std::uint64_t{1} << (i % 64);
    }
    place.launcher_core_count = cores_of_parent();
    return place;
}

void require_connected(const Launch& launch, int mpi_rank_count) {
    if (launch.rank_count <= 1 || launch.rank_count == mpi_rank_count || mpi_rank_count != 1) return;
    const std::string count = std::to_string(launch.rank_count);
    const bool is_srun = launch.launcher == Launcher::srun || launch.launcher == Launcher::srun_without_mpi;
    throw LaunchError(
        (is_srun ? "srun" : "the launcher") + std::string(" started ") + count +
        " copies of this program, but its MPI connects none of them, so each would do the whole work alone: " +
        (is_srun ? "start them with another plugin, `srun --mpi=pmix -n " + count +
                       " PROGRAM` (`srun --mpi=list` shows what this cluster has), or with `mpirun -n " + count +
                       " PROGRAM` inside the job"
                 : "it was built with another MPI than this mpirun belongs to; load the module it was built " +
                       std::string("with (`ldd PROGRAM | grep mpi` shows it) and use the mpirun from there")));
}

void require_separate_cores(std::span<const RankPlace> places) {
    std::map<std::string, Node> nodes;
    for (const RankPlace& place : places) {
        Node& node = nodes[place.host.data()];
        ++node.ranks;
        for (std::size_t i = 0; i < node.cores.size(); ++i) node.cores[i] |= place.cores[i];
        node.launcher_core_count = place.launcher_core_count;
    }
    for (const auto& [host, node] : nodes) {
        const std::vector<int> cores = cores_in(node);
        const bool had_cores_for_all = node.launcher_core_count >= static_cast<int>(node.ranks);
        if (node.ranks == 1 || cores.empty() || cores.size() >= node.ranks || !had_cores_for_all) continue;
        throw LaunchError(
            std::to_string(node.ranks) + " ranks on " + host + " are bound to " + describe_cores(cores) +
            ", though the launcher had " + std::to_string(node.launcher_core_count) +
            " cores there, so they would wait for each other: use `mpirun --bind-to core --map-by core` or " +
            "`mpirun --bind-to none`, or `srun --cpu-bind=cores`; RANKPOOL_BINDING=any starts them all the same");
    }
}

}  // namespace rankpool
