#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>

#include <rankpool/core/bytes.hpp>

namespace rankpool::detail {

/// Chunks that were decoded to read a part of them, kept for the next part. Forgets those not used for longest.
/// Thread-safe.
class DecodedChunks {
  public:
    /// @param bytes_max  that it keeps at most, whatever the dataset's size
    explicit DecodedChunks(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

    /// Null: it is not here.
    std::shared_ptr<const Bytes> find(std::uint64_t chunk);
    void keep(std::uint64_t chunk, std::shared_ptr<const Bytes> content);

  private:
    struct Entry {
        std::uint64_t chunk;
        std::shared_ptr<const Bytes> content;
    };

    std::mutex mutex_;
    std::list<Entry> entries_;  // The last used first; some dozens at most.
    std::uint64_t bytes_ = 0;
    std::uint64_t bytes_max_;
};

}  // namespace rankpool::detail
