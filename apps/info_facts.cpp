#include "info_facts.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace rankpool::apps {

std::vector<HostFacts> hosts_of(const std::vector<Machine>& ranks) {
    std::vector<HostFacts> hosts;
    std::map<std::string, std::size_t> place;
    for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
        const auto [found, is_new] = place.emplace(ranks[rank].host, hosts.size());
        if (is_new) hosts.push_back({ranks[rank], {}});
        HostFacts& host = hosts[found->second];
        host.ranks.push_back(static_cast<int>(rank));
        std::vector<int> cores;
        std::set_union(host.machine.usable_cores.begin(), host.machine.usable_cores.end(),
                       ranks[rank].usable_cores.begin(), ranks[rank].usable_cores.end(), std::back_inserter(cores));
        host.machine.usable_cores = std::move(cores);
    }
    return hosts;
}

}  // namespace rankpool::apps
