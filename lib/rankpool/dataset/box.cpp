#include <algorithm>
#include <cstring>

#include <rankpool/dataset/box.hpp>

namespace rankpool {
namespace {

// Counts `index` up like an odometer, the last place fastest; false after the last.
bool count_up(Shape& index, const Shape& from, const Shape& to, std::size_t places) {
    for (std::size_t i = places; i-- > 0;) {
        if (++index[i] < to[i]) return true;
        index[i] = from[i];
    }
    return false;
}

std::uint64_t position(const Region& region, const Shape& element) {
    std::uint64_t position = 0;
    for (std::size_t i = 0; i < element.size(); ++i) {
        position = position * region.extent[i] + (element[i] - region.offset[i]);
    }
    return position;
}

// Calls `run(element, count)` for the longest runs of elements of `what` that lie together in all of `regions`.
template <class Run>
void for_each_run(const Region& what, std::initializer_list<const Region*> regions, Run&& run) {
    if (what.element_count() == 0) return;
    std::size_t outer = what.extent.size();
    std::uint64_t count = 1;
    while (outer > 0) {
        count *= what.extent[--outer];
        const bool spans = std::ranges::all_of(
            regions, [&](const Region* region) { return region->extent[outer] == what.extent[outer]; });
        if (!spans) break;
    }
    Shape element = what.offset;
    Shape end = what.offset;
    for (std::size_t i = 0; i < end.size(); ++i) end[i] += what.extent[i];
    do run(element, count);
    while (count_up(element, what.offset, end, outer));
}

}  // namespace

std::optional<Region> intersection(const Region& a, const Region& b) {
    Region shared = a;
    for (std::size_t i = 0; i < a.offset.size(); ++i) {
        const std::uint64_t begin = std::max(a.offset[i], b.offset[i]);
        const std::uint64_t end = std::min(a.offset[i] + a.extent[i], b.offset[i] + b.extent[i]);
        if (begin >= end) return std::nullopt;
        shared.offset[i] = begin;
        shared.extent[i] = end - begin;
    }
    return shared;
}

void for_each_chunk(const ChunkGrid& grid, const Region& region,
                    const std::function<void(std::uint64_t chunk, const Region& shared)>& visit) {
    if (region.element_count() == 0) return;
    Shape first = region.offset;
    Shape end = region.offset;
    for (std::size_t i = 0; i < first.size(); ++i) {
        end[i] = (region.offset[i] + region.extent[i] - 1) / grid.chunk_shape()[i] + 1;
        first[i] /= grid.chunk_shape()[i];
    }
    ChunkIndex index = first;
    do {
        const std::uint64_t chunk = grid.number(index);
        visit(chunk, *intersection(grid.region(chunk), region));
    } while (count_up(index, first, end, index.size()));
}

void for_each_shared_run(const Region& region_a, const Region& region_b, const Region& what,
                         const std::function<void(std::uint64_t a, std::uint64_t b, std::uint64_t count)>& visit) {
    for_each_run(what, {&region_a, &region_b}, [&](const Shape& element, std::uint64_t count) {
        visit(position(region_a, element), position(region_b, element), count);
    });
}

void copy_elements(const ConstBox& from, const Box& to, const Region& what, std::size_t element_bytes) {
    for_each_run(what, {&from.region, &to.region}, [&](const Shape& element, std::uint64_t count) {
        std::memcpy(to.data + position(to.region, element) * element_bytes,
                    from.data + position(from.region, element) * element_bytes, count * element_bytes);
    });
}

void fill_elements(const Box& to, const Region& what, const std::byte* value, std::size_t element_bytes) {
    const bool is_zero = std::all_of(value, value + element_bytes, [](std::byte byte) { return byte == std::byte{0}; });
    for_each_run(what, {&to.region}, [&](const Shape& element, std::uint64_t count) {
        std::byte* out = to.data + position(to.region, element) * element_bytes;
        if (is_zero) {
            std::memset(out, 0, count * element_bytes);
            return;
        }
        for (std::uint64_t i = 0; i < count; ++i, out += element_bytes) std::memcpy(out, value, element_bytes);
    });
}

}  // namespace rankpool
