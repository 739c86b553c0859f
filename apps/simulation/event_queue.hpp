#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <rankpool/core/contract.hpp>
#include <rankpool/core/time.hpp>

namespace rankpool::simulation {

/// What happens when, in virtual time: the earliest comes out first; of those at one moment, the one that went in
/// first.
///
/// Time never goes back, which makes a radix heap possible: items lie in the bucket of the highest bit in which their
/// time differs from the present, and move to lower ones as time comes near. Each moves some ten times, always along
/// with its neighbours; a binary heap of 200,000 items waits for memory at every step.
/// Source: Ahuja, Mehlhorn, Orlin, Tarjan: Faster algorithms for the shortest path problem, JACM 37 (1990).
template <class Item>
class EventQueue {
  public:
    bool is_empty() const { return count_ == 0; }
    std::size_t size() const { return count_; }

    void push(Instant when, Item item) {
        const std::uint64_t time = number_of(when);
        RANKPOOL_EXPECT(time >= present_);
        buckets_[bucket_of(time)].push_back({time, std::move(item)});
        next_ = count_ == 0 ? time : std::min(next_, time);
        ++count_;
    }
    /// When the next one happens. Not for an empty queue.
    Instant next_time() const { return Instant(Duration(static_cast<Duration::rep>(next_))); }

    Item pop() {
        RANKPOOL_EXPECT(count_ != 0);
        if (next_ != present_) come_near();
        std::vector<Entry>& now = buckets_[0];
        Item item = std::move(now[taken_].item);
        if (++taken_ == now.size()) {
            now.clear();
            taken_ = 0;
        }
        if (--count_ != 0) next_ = earliest();
        return item;
    }

  private:
    struct Entry {
        std::uint64_t time;
        Item item;
    };

    static std::uint64_t number_of(Instant when) { return static_cast<std::uint64_t>(when.time_since_epoch().count()); }
    std::size_t bucket_of(std::uint64_t time) const {
        return static_cast<std::size_t>(std::bit_width(time ^ present_));
    }
    std::size_t lowest_bucket() const {
        std::size_t lowest = 0;
        while (buckets_[lowest].empty()) ++lowest;
        return lowest;
    }
    std::uint64_t earliest() const {
        const std::vector<Entry>& bucket = buckets_[lowest_bucket()];
        if (&bucket == &buckets_[0]) return present_;
        std::uint64_t earliest = bucket.front().time;
        for (const Entry& entry : bucket) earliest = std::min(earliest, entry.time);
        return earliest;
    }
    void come_near() {
        std::vector<Entry>& bucket = buckets_[lowest_bucket()];
        present_ = next_;
        for (Entry& entry : bucket) buckets_[bucket_of(entry.time)].push_back(std::move(entry));
        bucket.clear();
    }

    std::array<std::vector<Entry>, 65> buckets_;
    std::size_t taken_ = 0;      ///< entries of the first bucket, all of the present, that came out
    std::uint64_t present_ = 0;  ///< time of the latest that came out
    std::uint64_t next_ = 0;     ///< time of the earliest inside
    std::size_t count_ = 0;
};

}  // namespace rankpool::simulation
