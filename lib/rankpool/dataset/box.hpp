#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include <rankpool/dataset/grid.hpp>

namespace rankpool {

/// What two regions share; none if that is nothing.
std::optional<Region> intersection(const Region& a, const Region& b);

/// Calls `visit(chunk, shared)` for each chunk that has elements in `region`, in the order of their numbers; `shared`
/// is what of the chunk lies in it.
/// @param region  fits in the grid's shape
void for_each_chunk(const ChunkGrid& grid, const Region& region,
                    const std::function<void(std::uint64_t chunk, const Region& shared)>& visit);

/// Memory that holds the elements of a region, row-major.
struct Box {
    std::byte* data = nullptr;
    Region region;
};
struct ConstBox {
    const std::byte* data = nullptr;
    Region region;
};

/// Calls `visit(a, b, count)` for the longest runs of elements of `what` that lie together in both regions, row-major:
/// `count` elements from position `a` of the one and `b` of the other on.
/// @param what  lies in both
void for_each_shared_run(const Region& region_a, const Region& region_b, const Region& what,
                         const std::function<void(std::uint64_t a, std::uint64_t b, std::uint64_t count)>& visit);

/// Copies the elements of `what`, which lies in the regions of both boxes.
void copy_elements(const ConstBox& from, const Box& to, const Region& what, std::size_t element_bytes);

/// Sets the elements of `what` to a value of `element_bytes` bytes.
void fill_elements(const Box& to, const Region& what, const std::byte* value, std::size_t element_bytes);

}  // namespace rankpool
