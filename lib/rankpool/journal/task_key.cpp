#include <cstdio>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <rankpool/journal/task_key.hpp>

namespace rankpool::journal {

TaskKey key_of(std::initializer_list<BytesView> parts) {
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    for (const BytesView part : parts) {
        const std::uint64_t size = part.size();
        XXH3_128bits_update(&state, &size, sizeof size);
        XXH3_128bits_update(&state, part.data(), part.size());
    }
    const XXH128_hash_t hash = XXH3_128bits_digest(&state);
    return {hash.high64, hash.low64};
}

std::string to_text(const TaskKey& key) {
    char text[33];
    std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(key.high),
                  static_cast<unsigned long long>(key.low));
    return text;
}

}  // namespace rankpool::journal
