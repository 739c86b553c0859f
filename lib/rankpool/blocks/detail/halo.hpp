#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <rankpool/blocks/boundary.hpp>
#include <rankpool/dataset/box.hpp>

namespace rankpool::detail {

/// A piece of a block's surroundings: which elements of the array belong to which place.
struct HaloPiece {
    Region target;  ///< Within the block with its halo, whose first element is 0.
    Region source;  ///< In the array; no meaning if constant.
    bool is_constant = false;
};

/// Cuts a block with its halo into pieces, each of which is one region of the array or constant. The piece that lies
/// inside the array comes first and is usually all of it.
/// @throws ConfigError  the array is empty in some dimension and has nothing to continue
std::vector<HaloPiece> halo_pieces(const Shape& shape, const Region& block, const Shape& halo, BoundaryKind boundary);

}  // namespace rankpool::detail
