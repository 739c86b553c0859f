#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <rankpool/store/spill_file.hpp>
#include <rankpool/task/object_ref.hpp>
#include <rankpool/task/stored_value.hpp>

namespace rankpool {

/// How much a store may keep, and where the rest goes.
struct StoreLimits {
    std::uint64_t memory = ~std::uint64_t{0};  ///< bytes of values in memory
    std::uint64_t disk = 0;                    ///< bytes of values on disk, at most
    std::string directory = {};                ///< where
};

/// The results that one rank keeps, its own and copies of others'. Not thread-safe: its worker's lock guards it.
///
/// Who reads a value holds a share of it: as long as somebody does it stays in memory, and its memory is freed when the
/// last one lets go. Beyond the memory limit the values that were not used for longest are to be written to disk. That
/// takes time, so the store only says which; whoever writes and reads them does so without the lock.
class Store {
  public:
    enum class Where { nowhere, memory, disk };

    explicit Store(StoreLimits limits = {}) : limits_(std::move(limits)) {}
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    ~Store() {
        std::vector<StoredRef> freed;
        drop_all(freed);
    }

    /// Keeps a value: a new one, or one that was on disk only.
    void put(ObjectId id, const StoredRef& value);
    /// The value if it is in memory, or null. Counts as a use.
    StoredRef find(ObjectId id);
    Where where(ObjectId id) const;
    /// Forgets it; no effect if it is not here. Returns what was in memory, to be freed where nobody waits for it.
    StoredRef drop(ObjectId id);
    /// Forgets all of them.
    void drop_all(std::vector<StoredRef>& freed);

    /// More is in memory than should be.
    bool is_over() const { return bytes_ > limits_.memory; }
    /// The value to be written next, as one is over the limit; none if all others are in use, or the disk is full. What
    /// is on disk already leaves memory at once, into `freed`.
    struct Spilling {
        ObjectId id;
        StoredRef value;
    };
    std::optional<Spilling> next_to_spill(std::vector<StoredRef>& freed);
    /// It has been written; null: there was no room. Whoever holds `spilling` frees the memory by letting go of it.
    void end_spilling(const Spilling& spilling, SpillFile::PlaceRef place);
    /// Where to read a value that is on disk.
    SpillFile::PlaceRef place_of(ObjectId id) const;
    /// The file to write to, made at the first call.
    /// @throws Error  it cannot be made
    const std::shared_ptr<SpillFile>& file();

    const StoreLimits& limits() const { return limits_; }
    std::size_t count() const { return values_.size(); }
    std::uint64_t bytes() const { return bytes_; }            ///< in memory, now
    std::uint64_t bytes_peak() const { return bytes_peak_; }  ///< the most there was in memory
    std::uint64_t bytes_on_disk() const { return file_ ? file_->used() : 0; }
    std::uint64_t bytes_spilled() const { return bytes_spilled_; }  ///< written to disk so far

  private:
    struct Entry {
        StoredRef value;                // null: on disk only
        SpillFile::PlaceRef place;      // null: in memory only
        std::uint64_t value_bytes = 0;  // with a place
        bool is_being_written = false;
        std::list<ObjectId>::iterator use;  // its place in uses_, while it is in memory
    };
    void leave_memory(Entry& entry);

    StoreLimits limits_;
    std::unordered_map<ObjectId, Entry> values_;
    std::list<ObjectId> uses_;  // of those in memory, the latest use last
    std::shared_ptr<SpillFile> file_;
    std::uint64_t bytes_ = 0;
    std::uint64_t bytes_peak_ = 0;
    std::uint64_t bytes_spilled_ = 0;
    bool has_room_on_disk_ = true;  // as far as is known
};

/// What all stores of this process keep in memory now, in bytes. Thread-safe; for tasks and tests that look at memory.
std::uint64_t kept_bytes_here();
/// And on disk.
std::uint64_t spilled_bytes_here();

}  // namespace rankpool
