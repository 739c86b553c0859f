#pragma once

#include <cstdint>

#include <rankpool/core/ids.hpp>

namespace rankpool::scheduler {

/// Names something workers have and tasks need: gpu, memory, a licence. Numbered by the caller, densely from 0.
using ResourceId = Id<struct ResourceTag, std::uint16_t>;
/// Names what some tasks need (RequestDefined). Numbered by the caller, densely from 0.
using RequestId = Id<struct RequestTag>;

/// Names a machine that several workers share. Numbered by the caller.
using NodeId = Id<struct NodeTag>;

/// How much of a resource, in units of 1/10,000: half a GPU is 5,000.
using Amount = std::uint64_t;
inline constexpr Amount whole = 10'000;
/// A petabyte, in bytes: sums of many stay far from overflow.
inline constexpr Amount amount_max = (Amount{1} << 50) * 1'000;

/// An amount of one resource: what a worker has, or a task needs.
struct Need {
    ResourceId resource;
    Amount amount = 0;
    friend bool operator==(const Need&, const Need&) = default;
};

}  // namespace rankpool::scheduler
