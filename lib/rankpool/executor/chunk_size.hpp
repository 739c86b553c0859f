#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <rankpool/executor/map_options.hpp>

namespace rankpool::detail {

/// Chooses how many items of a map travel in one task.
///
/// Aims at chunks of 200 µs, where the cost of a task (a microsecond or two) no longer counts; grows at most fourfold
/// at a time, so one quick item does not lead to a huge chunk; shrinks toward the end, so that workers finish together.
class ChunkSize {
  public:
    ChunkSize(const MapOptions& options, std::size_t slots, std::optional<std::uint64_t> item_count)
        : fixed_(options.task.retries > 0 || !options.task.key.empty() ? 1 : options.chunk_size),
          buffer_(options.buffer_size),
          slots_(std::max<std::size_t>(slots, 1)),
          items_left_(item_count) {}

    /// Items for the next chunk.
    std::size_t next() const {
        std::size_t size = fixed_ != 0 ? fixed_ : size_;
        if (fixed_ == 0 && items_left_) {
            const std::uint64_t share = *items_left_ / (4 * slots_);  // four more rounds at least
            size = static_cast<std::size_t>(std::clamp<std::uint64_t>(share, 1, size));
        }
        return buffer_ != 0 ? std::min(size, std::max<std::size_t>(buffer_ / (2 * slots_), 1)) : size;
    }
    /// Items in flight at most. Two chunks per slot hide the way to the worker; the third and fourth its noise.
    std::size_t in_flight_max() const { return buffer_ != 0 ? buffer_ : 4 * slots_ * (fixed_ != 0 ? fixed_ : size_); }

    void sent(std::size_t items) {
        if (items_left_) *items_left_ -= std::min<std::uint64_t>(items, *items_left_);
    }
    void learned(std::size_t items, std::uint64_t duration_ns) {
        if (items == 0) return;
        const std::uint64_t per_item = std::max<std::uint64_t>(duration_ns / items, 1);
        const auto wanted = static_cast<std::size_t>(std::clamp<std::uint64_t>(target_ns / per_item, 1, size_max));
        size_ = std::clamp<std::size_t>(wanted, std::max<std::size_t>(size_ / 4, 1), size_ * 4);
    }

  private:
    static constexpr std::uint64_t target_ns = 200'000;
    static constexpr std::size_t size_max = 65'536;

    std::size_t fixed_;
    std::size_t buffer_;
    std::size_t slots_;
    std::optional<std::uint64_t> items_left_;
    std::size_t size_ = 1;
};

}  // namespace rankpool::detail
