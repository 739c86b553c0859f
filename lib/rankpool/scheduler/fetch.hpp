#pragma once

namespace rankpool::scheduler {

/// Starts to bring what lies at `address` into the cache.
inline void fetch(const void* address) {
    __builtin_prefetch(address);
    // GCC 12 takes a function that only prefetches for one without effect, and drops the calls to it.
    asm volatile("" : : "r"(address));
}

/// The same for an item that may lie across two cache lines.
template <class Item>
void fetch_all(const Item& item) {
    static_assert(sizeof(Item) <= 64);
    fetch(&item);
    fetch(reinterpret_cast<const char*>(&item) + sizeof(Item) - 1);
}

}  // namespace rankpool::scheduler
