#include <cstdlib>
#include <string>
#include <unistd.h>

#include <rankpool/executor/store_limits.hpp>
#include <rankpool/launch/allocation.hpp>
#include <rankpool/launch/machine.hpp>
#include <rankpool/launch/memory_share.hpp>

namespace rankpool {
namespace {

// Of a rank's memory: the rest is for what tasks allocate themselves, and for messages on their way.
constexpr std::uint64_t memory_divisor = 2;
// Of what the disk has free.
constexpr std::uint64_t disk_divisor = 2;

// Where nobody chose, not in memory: that would be no relief.
std::string default_directory() {
    const char* const variable = std::getenv("TMPDIR");
    std::string usual = variable != nullptr && *variable != '\0' ? variable : "/tmp";
    if (!is_in_memory(usual)) return usual;
    constexpr const char* on_disk = "/var/tmp";
    return !is_in_memory(on_disk) && access(on_disk, W_OK) == 0 ? on_disk : "";
}

}  // namespace

StoreLimits store_limits(const PoolOptions& options, int ranks_here) {
    StoreLimits limits;
    if (options.memory_budget != 0) {
        limits.memory = options.memory_budget;
    } else if (const auto share = memory_share(current_machine(), current_allocation(), ranks_here); share != 0) {
        limits.memory = share / memory_divisor;
    }
    limits.directory = options.spill_directory.empty() ? default_directory() : options.spill_directory;
    if (limits.directory.empty()) return limits;
    limits.disk = options.spill_budget ? *options.spill_budget
                                       : free_disk_bytes(limits.directory) / disk_divisor /
                                             static_cast<std::uint64_t>(ranks_here > 0 ? ranks_here : 1);
    return limits;
}

}  // namespace rankpool
