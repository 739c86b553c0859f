#include "info_text.hpp"

#include <cmath>
#include <span>

#include <fmt/format.h>

#include <rankpool/observe/format.hpp>

#include "info_warnings.hpp"

namespace rankpool::apps {
namespace {

constexpr std::size_t line_count_max = 40;  // Per table: what is longer does not help; --json has it all.

std::string line(std::string_view label, const std::string& text) { return fmt::format("  {:<10} {}\n", label, text); }

std::string numbers_text(const char* one, const char* many, std::span<const int> numbers) {
    const std::string cores = describe_cores(numbers);  // "core 3" or "cores 0-3"
    return (numbers.size() == 1 ? one : many) + cores.substr(cores.find(' '));
}

std::string filters_text(const LibraryFacts& libraries) {
    std::string text;
    for (const FilterFact& filter : libraries.hdf5_filters) {
        if (filter.is_available) text += (text.empty() ? "" : " ") + filter.name;
    }
    return text.empty() ? "none" : text;
}

std::string libraries_text(const InfoFacts& facts) {
    const LibraryFacts& libraries = facts.libraries;
    const std::string threads = facts.mpi_thread_level.empty() ? "not started" : "threads: " + facts.mpi_thread_level;
    return fmt::format("rankpool {}\n", libraries.rankpool) +
           line("MPI", fmt::format("{} (MPI {}, {})", libraries.mpi_library, libraries.mpi_standard, threads)) +
           line("HDF5", fmt::format("{}, filters: {}", libraries.hdf5, filters_text(libraries))) +
           line("Boost", libraries.boost) + line("compiler", libraries.compiler);
}

std::string memory_text(const Machine& machine) {
    std::string text = format_bytes(machine.memory_bytes);
    if (machine.memory_limit_bytes) text += fmt::format(" (limit here: {})", format_bytes(*machine.memory_limit_bytes));
    return text;
}

std::string hosts_text(const InfoFacts& facts) {
    std::string text = fmt::format("\nlaunch: {}\n", describe(facts.launch));
    for (std::size_t i = 0; i < facts.hosts.size(); ++i) {
        if (i == line_count_max)
            return text + fmt::format("  … and {} more hosts (--json has all)\n", facts.hosts.size() - i);
        const HostFacts& host = facts.hosts[i];
        text += line(host.machine.host,
                     fmt::format("{}; {} usable of {}; memory {}; load {:.1f}",
                                 numbers_text("rank", "ranks", host.ranks), describe_cores(host.machine.usable_cores),
                                 host.machine.core_count, memory_text(host.machine), host.machine.load));
    }
    return text;
}

std::string results_text(const InfoFacts& facts) {
    return line("results",
                fmt::format("each rank on {} keeps {} in memory, then {}",
                            facts.hosts.empty() ? "this host" : facts.hosts.front().machine.host,
                            format_bytes(facts.results_in_memory),
                            facts.results_on_disk == 0
                                ? "nothing on disk"
                                : fmt::format("{} in {}", format_bytes(facts.results_on_disk), facts.spill_directory)));
}

/// One line for neighbours with the same binding.
std::string binding_text(const InfoFacts& facts) {
    std::string text = "\nbinding\n";
    std::size_t lines = 0;
    for (std::size_t first = 0; first < facts.ranks.size();) {
        std::vector<int> ranks;
        const Machine& machine = facts.ranks[first];
        std::size_t rank = first;
        for (; rank < facts.ranks.size() && facts.ranks[rank].host == machine.host &&
               facts.ranks[rank].usable_cores == machine.usable_cores;
             ++rank) {
            ranks.push_back(static_cast<int>(rank));
        }
        if (++lines > line_count_max)
            return text + fmt::format("  … and {} more ranks (--json has all)\n", facts.ranks.size() - first);
        text += line(numbers_text("rank", "ranks", ranks),
                     fmt::format("{} on {}{}", describe_cores(machine.usable_cores), machine.host,
                                 machine.is_bound() ? "" : " (not bound)"));
        first = rank;
    }
    return text;
}

std::string allocation_text(const InfoFacts& facts) {
    if (!facts.allocation) return "\nnot in a batch job\n";
    const Allocation& job = *facts.allocation;
    std::string name = fmt::format("{} job {} '{}' in {}", name_of(job.system), job.job_id, job.job_name, job.queue);
    if (job.array_index) name += fmt::format(", array element {}", *job.array_index);
    if (job.restart_count > 0) name += fmt::format(", restarted {} times", job.restart_count);
    int cpus = 0;
    for (int count : job.cpus_per_node) cpus += count;
    std::string nodes = fmt::format("{} (", job.node_count);
    for (std::size_t i = 0; i < job.nodes.size() && i < 4; ++i) nodes += (i == 0 ? "" : " ") + job.nodes[i];
    nodes += job.nodes.size() > 4 ? " …)" : ")";
    return "\n" + name + "\n" + line("nodes", nodes) + line("CPUs", std::to_string(cpus)) +
           line("ranks", std::to_string(job.rank_count)) +
           (job.memory_bytes_per_node ? line("memory", format_bytes(*job.memory_bytes_per_node) + " on each node")
                                      : "") +
           (facts.time_left ? line("time left", format_duration(*facts.time_left)) : "") +
           line("directory", job.submit_directory);
}

}  // namespace

std::string info_text(const InfoFacts& facts) {
    std::string text =
        libraries_text(facts) + hosts_text(facts) + results_text(facts) + binding_text(facts) + allocation_text(facts);
    for (const std::string& warning : warnings_about(facts)) text += "\nwarning: " + warning + '\n';
    return text;
}

}  // namespace rankpool::apps
