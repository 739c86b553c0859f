#pragma once

#include <cstdint>
#include <unordered_map>

#include <rankpool/task/object_ref.hpp>
#include <rankpool/task/stored_value.hpp>

namespace rankpool {

/// The results that one rank keeps, its own and copies of others'. Not thread-safe: its worker's lock guards it.
///
/// Who reads a value holds a share of it, so dropping it here frees the memory once the last reader is done.
class Store {
  public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    ~Store() { clear(); }

    void put(ObjectId id, const StoredRef& value);
    /// The value, or null.
    StoredRef find(ObjectId id) const;
    /// Forgets it; no effect if it is not here.
    void drop(ObjectId id);
    void clear();

    std::size_t count() const { return values_.size(); }
    std::uint64_t bytes() const { return bytes_; }

  private:
    std::unordered_map<ObjectId, StoredRef> values_;
    std::uint64_t bytes_ = 0;
};

/// What all stores of this process keep now, in bytes. Thread-safe; for tasks and tests that look at memory.
std::uint64_t kept_bytes_here();

}  // namespace rankpool
