#include <algorithm>

#include <rankpool/launch/memory_share.hpp>

namespace rankpool {

std::uint64_t memory_share(const Machine& machine, const std::optional<Allocation>& allocation, int ranks_here) {
    std::uint64_t bytes = machine.memory_bytes;
    const auto limit_to = [&](std::uint64_t limit) { bytes = bytes == 0 ? limit : std::min(bytes, limit); };
    if (machine.memory_limit_bytes) limit_to(*machine.memory_limit_bytes);
    if (allocation && allocation->memory_bytes_per_node) limit_to(*allocation->memory_bytes_per_node);
    return bytes / static_cast<std::uint64_t>(std::max(ranks_here, 1));
}

}  // namespace rankpool
