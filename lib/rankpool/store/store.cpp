#include <atomic>
#include <utility>

#include <rankpool/store/store.hpp>

namespace rankpool {
namespace {

std::atomic<std::uint64_t> bytes_of_all{0};

}  // namespace

void Store::put(ObjectId id, const StoredRef& value) {
    const std::uint64_t size = value->size();
    if (!values_.try_emplace(id, value).second) return;
    bytes_ += size;
    bytes_of_all += size;
}

StoredRef Store::find(ObjectId id) const {
    const auto found = values_.find(id);
    return found == values_.end() ? nullptr : found->second;
}

void Store::drop(ObjectId id) {
    const auto found = values_.find(id);
    if (found == values_.end()) return;
    const std::uint64_t size = found->second->size();
    values_.erase(found);
    bytes_ -= size;
    bytes_of_all -= size;
}

void Store::clear() {
    values_.clear();
    bytes_of_all -= std::exchange(bytes_, 0);
}

std::uint64_t kept_bytes_here() { return bytes_of_all; }

}  // namespace rankpool
