#pragma once

#include <rankpool/blocks/detail/halo.hpp>
#include <rankpool/blocks/detail/map_job.hpp>
#include <rankpool/core/bytes.hpp>
#include <rankpool/dataset/box.hpp>
#include <rankpool/dataset/dataset.hpp>

namespace rankpool::detail {

/// A dataset and a region of it, as one value to construct from.
struct BlockInput {
    const Dataset& dataset;
    const Region& region;
};

/// The same with the elements around, as a job wants them.
struct HaloInput {
    const Dataset& dataset;
    const Region& block;
    const MapJob& job;
};

/// Memory for the elements of one block; they are not set to anything.
template <class T>
class BlockBuffer {
  public:
    explicit BlockBuffer(std::uint64_t count) : size_(static_cast<std::size_t>(count)) {
        bytes_.extend(size_ * sizeof(T));
    }
    /// Reads the block.
    explicit BlockBuffer(const BlockInput& input) : BlockBuffer(input.region.element_count()) {
        input.dataset.read(input.region, std::span<T>(data(), size_));
    }
    /// Reads the block and its halo.
    explicit BlockBuffer(const HaloInput& input) : BlockBuffer(with_halo(input.block, input.job.halo).element_count()) {
        const Region all = with_halo(input.block, input.job.halo);
        const auto constant = static_cast<T>(input.job.boundary.value);
        const Box box{bytes_.data(), all};
        for (const HaloPiece& piece :
             halo_pieces(input.job.plan.grid().shape(), input.block, input.job.halo, input.job.boundary.kind)) {
            if (piece.is_constant) {
                fill_elements(box, piece.target, reinterpret_cast<const std::byte*>(&constant), sizeof(T));
            } else if (piece.target == all) {
                input.dataset.read(piece.source, std::span<T>(data(), size_));
            } else {
                const std::vector<T> part = input.dataset.read<T>(piece.source);
                copy_elements({reinterpret_cast<const std::byte*>(part.data()), piece.target}, box, piece.target,
                              sizeof(T));
            }
        }
    }

    T* data() { return reinterpret_cast<T*>(bytes_.data()); }
    std::size_t size() const { return size_; }
    BytesView bytes() const { return bytes_.view(); }

  private:
    static Region with_halo(const Region& block, const Shape& halo) {
        Region all{Shape(block.extent.size(), 0), block.extent};
        for (std::size_t d = 0; d < halo.size(); ++d) all.extent[d] += 2 * halo[d];
        return all;
    }

    Bytes bytes_;
    std::size_t size_;
};

}  // namespace rankpool::detail
