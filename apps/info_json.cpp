#include "info_json.hpp"

#include <nlohmann/json.hpp>

#include "info_warnings.hpp"

namespace rankpool::apps {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Machine& machine) {
    return {{"host", machine.host},
            {"core_count", machine.core_count},
            {"usable_cores", machine.usable_cores},
            {"memory_bytes", machine.memory_bytes},
            {"memory_limit_bytes", machine.memory_limit_bytes ? Json(*machine.memory_limit_bytes) : Json()},
            {"load", machine.load}};
}

Json to_json(const LibraryFacts& libraries) {
    Json filters = Json::object();
    for (const FilterFact& filter : libraries.hdf5_filters) filters[filter.name] = filter.is_available;
    return {{"rankpool", libraries.rankpool},
            {"mpi", {{"library", libraries.mpi_library}, {"standard", libraries.mpi_standard}}},
            {"boost", libraries.boost},
            {"hdf5", {{"version", libraries.hdf5}, {"compiled_with", libraries.hdf5_compiled}, {"filters", filters}}},
            {"compiler", libraries.compiler}};
}

Json to_json(const Allocation& allocation) {
    return {
        {"batch_system", name_of(allocation.system)},
        {"job_id", allocation.job_id},
        {"job_name", allocation.job_name},
        {"queue", allocation.queue},
        {"submit_directory", allocation.submit_directory},
        {"nodes", allocation.nodes},
        {"node_count", allocation.node_count},
        {"cpus_per_node", allocation.cpus_per_node},
        {"rank_count", allocation.rank_count},
        {"memory_bytes_per_node", allocation.memory_bytes_per_node ? Json(*allocation.memory_bytes_per_node) : Json()},
        {"array_index", allocation.array_index ? Json(*allocation.array_index) : Json()},
        {"restart_count", allocation.restart_count}};
}

}  // namespace

std::string info_json(const InfoFacts& facts) {
    Json ranks = Json::array();
    for (std::size_t rank = 0; rank < facts.ranks.size(); ++rank) {
        ranks.push_back({{"rank", rank},
                         {"host", facts.ranks[rank].host},
                         {"cores", facts.ranks[rank].usable_cores},
                         {"is_bound", facts.ranks[rank].is_bound()}});
    }
    Json hosts = Json::array();
    for (const HostFacts& host : facts.hosts) {
        hosts.push_back(to_json(host.machine));
        hosts.back()["ranks"] = host.ranks;
    }
    const Json json = {{"libraries", to_json(facts.libraries)},
                       {"launch", describe(facts.launch)},
                       {"mpi_thread_level", facts.mpi_thread_level},
                       {"mpi_yields_when_idle", facts.yields_when_idle},
                       {"ranks", ranks},
                       {"hosts", hosts},
                       {"results",
                        {{"memory_budget", facts.results_in_memory},
                         {"spill_budget", facts.results_on_disk},
                         {"spill_directory", facts.spill_directory}}},
                       {"allocation", facts.allocation ? to_json(*facts.allocation) : Json()},
                       {"time_left_s", facts.time_left ? Json(in_seconds(*facts.time_left)) : Json()},
                       {"warnings", warnings_about(facts)}};
    // Host and job names may hold any bytes: what is not UTF-8 is replaced rather than refused.
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string encode(const Machine& machine) {
    return to_json(machine).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Machine decode_machine(const std::string& text) {
    const Json json = Json::parse(text);
    Machine machine;
    machine.host = json.at("host");
    machine.core_count = json.at("core_count");
    machine.usable_cores = json.at("usable_cores").get<std::vector<int>>();
    machine.memory_bytes = json.at("memory_bytes");
    if (!json.at("memory_limit_bytes").is_null())
        machine.memory_limit_bytes = json.at("memory_limit_bytes").get<std::uint64_t>();
    machine.load = json.at("load");
    return machine;
}

}  // namespace rankpool::apps
