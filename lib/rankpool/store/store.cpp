#include <algorithm>
#include <atomic>
#include <utility>

#include <rankpool/store/store.hpp>

namespace rankpool {
namespace {

std::atomic<std::uint64_t> bytes_of_all{0};
std::atomic<std::uint64_t> spilled_bytes_of_all{0};

// Smaller values would hardly be smaller on disk: what the store has to remember of them stays.
constexpr std::uint64_t spilled_bytes_min = 4096;

}  // namespace

void Store::put(ObjectId id, const StoredRef& value) {
    Entry& entry = values_[id];
    if (entry.value) return;
    entry.value = value;
    entry.use = uses_.insert(uses_.end(), id);
    bytes_ += value->size();
    bytes_of_all += value->size();
    bytes_peak_ = std::max(bytes_peak_, bytes_);
}

StoredRef Store::find(ObjectId id) {
    const auto found = values_.find(id);
    if (found == values_.end() || !found->second.value) return nullptr;
    uses_.splice(uses_.end(), uses_, found->second.use);
    return found->second.value;
}

Store::Where Store::where(ObjectId id) const {
    const auto found = values_.find(id);
    if (found == values_.end()) return Where::nowhere;
    return found->second.value ? Where::memory : Where::disk;
}

void Store::leave_memory(Entry& entry) {
    const std::uint64_t size = entry.value->size();
    uses_.erase(entry.use);
    bytes_ -= size;
    bytes_of_all -= size;
}

StoredRef Store::drop(ObjectId id) {
    const auto found = values_.find(id);
    if (found == values_.end()) return nullptr;
    Entry entry = std::move(found->second);
    values_.erase(found);
    if (entry.value) leave_memory(entry);
    if (entry.place) {
        spilled_bytes_of_all -= entry.value_bytes;
        has_room_on_disk_ = true;
    }
    return entry.value;
}

void Store::drop_all(std::vector<StoredRef>& freed) {
    while (!values_.empty()) freed.push_back(drop(values_.begin()->first));
}

std::optional<Store::Spilling> Store::next_to_spill(std::vector<StoredRef>& freed) {
    for (auto use = uses_.begin(); use != uses_.end() && is_over();) {
        const ObjectId id = *use++;  // It may leave the list.
        Entry& entry = values_.at(id);
        // Only the store can give out further shares, and whoever asks it holds the same lock as we.
        if (entry.value->is_resident() || entry.is_being_written || entry.value.use_count() > 1) continue;
        if (entry.place) {
            leave_memory(entry);
            freed.push_back(std::exchange(entry.value, nullptr));
        } else if (has_room_on_disk_ && limits_.disk != 0 && entry.value->size() >= spilled_bytes_min) {
            entry.is_being_written = true;
            return Spilling{id, entry.value};
        }
    }
    return std::nullopt;
}

void Store::end_spilling(const Spilling& spilling, SpillFile::PlaceRef place) {
    if (!place) has_room_on_disk_ = false;  // Until something on disk is dropped.
    const auto found = values_.find(spilling.id);
    if (found == values_.end()) return;  // Dropped meanwhile.
    Entry& entry = found->second;
    entry.is_being_written = false;
    if (!place) return;
    entry.place = std::move(place);
    entry.value_bytes = spilling.value->size();
    bytes_spilled_ += entry.value_bytes;
    spilled_bytes_of_all += entry.value_bytes;
    constexpr long shares = 2;  // Ours and the caller's.
    if (!is_over() || entry.value.use_count() > shares) return;
    leave_memory(entry);
    entry.value.reset();
}

SpillFile::PlaceRef Store::place_of(ObjectId id) const {
    const auto found = values_.find(id);
    return found == values_.end() ? nullptr : found->second.place;
}

const std::shared_ptr<SpillFile>& Store::file() {
    if (!file_) file_ = SpillFile::open(limits_.directory, limits_.disk);
    return file_;
}

std::uint64_t kept_bytes_here() { return bytes_of_all; }
std::uint64_t spilled_bytes_here() { return spilled_bytes_of_all; }

}  // namespace rankpool
