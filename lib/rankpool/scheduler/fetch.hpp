#pragma once

namespace rankpool::scheduler {

/// Starts to bring what lies at `address` into the cache.
inline void fetch(const void* address) {
    __builtin_prefetch(address);
    // GCC 12 takes a function that only prefetches for one without effect, and drops the calls to it.
    asm volatile("" : : "r"(address));
}

}  // namespace rankpool::scheduler
