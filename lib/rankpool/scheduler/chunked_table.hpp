#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace rankpool::scheduler {

/// Items numbered from 0, in chunks that never move: growing copies nothing and leaves less than one chunk unused.
template <class Item>
class ChunkedTable {
  public:
    static constexpr std::uint32_t chunk_items = 1024;

    std::uint32_t size() const { return static_cast<std::uint32_t>(chunks_.size()) * chunk_items; }

    /// Makes items up to and including `index` exist.
    void reach(std::uint32_t index) {
        while (index >= size()) chunks_.push_back(std::make_unique<Item[]>(chunk_items));
    }

    Item& operator[](std::uint32_t index) { return chunks_[index / chunk_items][index % chunk_items]; }
    const Item& operator[](std::uint32_t index) const { return chunks_[index / chunk_items][index % chunk_items]; }

  private:
    std::vector<std::unique_ptr<Item[]>> chunks_;
};

}  // namespace rankpool::scheduler
