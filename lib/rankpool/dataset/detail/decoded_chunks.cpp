#include <algorithm>

#include <rankpool/dataset/detail/decoded_chunks.hpp>

namespace rankpool::detail {

std::shared_ptr<const Bytes> DecodedChunks::find(std::uint64_t chunk) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(entries_, chunk, &Entry::chunk);
    if (found == entries_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found);
    return found->content;
}

void DecodedChunks::keep(std::uint64_t chunk, std::shared_ptr<const Bytes> content) {
    constexpr std::size_t entries_max = 256;  // They are looked through one by one.
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(entries_, chunk, &Entry::chunk) != entries_.end()) return;
    bytes_ += content->size();
    entries_.push_front({chunk, std::move(content)});
    while (!entries_.empty() && (bytes_ > bytes_max_ || entries_.size() > entries_max)) {
        bytes_ -= entries_.back().content->size();
        entries_.pop_back();
    }
}

}  // namespace rankpool::detail
