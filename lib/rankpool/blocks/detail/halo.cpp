#include <cstdint>
#include <optional>

#include <rankpool/blocks/detail/halo.hpp>
#include <rankpool/dataset/grid.hpp>

namespace rankpool::detail {
namespace {

// A run of positions along one dimension that come from consecutive elements, or from none.
struct Run {
    std::uint64_t target = 0;
    std::uint64_t source = 0;
    std::uint64_t length = 0;
    bool is_constant = false;
};

std::optional<std::uint64_t> source_of(std::int64_t position, std::int64_t length, BoundaryKind boundary) {
    if (position >= 0 && position < length) return static_cast<std::uint64_t>(position);
    const auto wrapped = [](std::int64_t number, std::int64_t period) { return ((number % period) + period) % period; };
    switch (boundary) {
        case BoundaryKind::constant:
            return std::nullopt;
        case BoundaryKind::nearest:
            return static_cast<std::uint64_t>(position < 0 ? 0 : length - 1);
        case BoundaryKind::reflect: {
            const std::int64_t place = wrapped(position, 2 * length);
            return static_cast<std::uint64_t>(place < length ? place : 2 * length - 1 - place);
        }
        case BoundaryKind::periodic:
            return static_cast<std::uint64_t>(wrapped(position, length));
    }
    return std::nullopt;
}

std::vector<Run> runs_of(std::uint64_t length, std::uint64_t offset, std::uint64_t extent, std::uint64_t halo,
                         BoundaryKind boundary) {
    std::vector<Run> runs;
    for (std::uint64_t i = 0; i < extent + 2 * halo; ++i) {
        const auto position = static_cast<std::int64_t>(offset + i) - static_cast<std::int64_t>(halo);
        const auto source = source_of(position, static_cast<std::int64_t>(length), boundary);
        const bool goes_on = !runs.empty() && runs.back().is_constant == !source &&
                             (!source || runs.back().source + runs.back().length == *source);
        if (!goes_on) runs.push_back({i, source.value_or(0), 0, !source});
        ++runs.back().length;
    }
    return runs;
}

}  // namespace

std::vector<HaloPiece> halo_pieces(const Shape& shape, const Region& block, const Shape& halo, BoundaryKind boundary) {
    std::vector<HaloPiece> pieces(1);
    for (std::size_t d = 0; d < shape.size(); ++d) {
        std::vector<HaloPiece> longer;
        for (const HaloPiece& piece : pieces) {
            for (const Run& run : runs_of(shape[d], block.offset[d], block.extent[d], halo[d], boundary)) {
                HaloPiece next = piece;
                next.target.offset.push_back(run.target);
                next.target.extent.push_back(run.length);
                next.source.offset.push_back(run.source);
                next.source.extent.push_back(run.length);
                next.is_constant = piece.is_constant || run.is_constant;
                longer.push_back(std::move(next));
            }
        }
        pieces = std::move(longer);
    }
    return pieces;
}

}  // namespace rankpool::detail
