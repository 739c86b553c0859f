#pragma once

#include <cstdint>
#include <optional>

#include <rankpool/launch/allocation.hpp>
#include <rankpool/launch/machine.hpp>

namespace rankpool {

/// Bytes of memory that one of `ranks_here` ranks on this machine may use: what the machine has, the job was given on
/// each node or a control group allows, whichever is least, in equal parts. 0 if nobody tells.
std::uint64_t memory_share(const Machine& machine, const std::optional<Allocation>& allocation, int ranks_here);

}  // namespace rankpool
