#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <rankpool/scheduler/worker.hpp>

namespace rankpool::scheduler {

/// Workers sorted by a small number, their level; those of one level take turns. Every operation is O(1).
template <RankingLinks Worker::*links, std::uint16_t Worker::*level, std::size_t level_count>
class Ranking {
  public:
    /// Puts the worker last among those of its new level.
    void file(std::vector<Worker>& workers, WorkerId id, std::uint16_t new_level) {
        remove(workers, id);
        List& list = lists_[new_level];
        workers[id.value].*level = new_level;
        workers[id.value].*links = {list.last, WorkerId{}};
        (list.last.is_valid() ? (workers[list.last.value].*links).next : list.first) = id;
        list.last = id;
        used_[new_level / 64U] |= std::uint64_t{1} << new_level % 64U;
    }

    void remove(std::vector<Worker>& workers, WorkerId id) {
        Worker& worker = workers[id.value];
        if (worker.*level == unranked) return;
        List& list = lists_[worker.*level];
        const RankingLinks at = worker.*links;
        (at.previous.is_valid() ? (workers[at.previous.value].*links).next : list.first) = at.next;
        (at.next.is_valid() ? (workers[at.next.value].*links).previous : list.last) = at.previous;
        if (!list.first.is_valid()) used_[worker.*level / 64U] &= ~(std::uint64_t{1} << worker.*level % 64U);
        worker.*level = unranked;
    }

    /// The level that is lowest, or unranked if there is no worker.
    std::uint16_t lowest_level() const {
        for (std::size_t i = 0; i < used_.size(); ++i) {
            if (used_[i] != 0)
                return static_cast<std::uint16_t>(i * 64 + static_cast<std::size_t>(std::countr_zero(used_[i])));
        }
        return unranked;
    }
    std::uint16_t highest_level() const {
        for (std::size_t i = used_.size(); i-- > 0;) {
            if (used_[i] != 0)
                return static_cast<std::uint16_t>(i * 64 + 63 - static_cast<std::size_t>(std::countl_zero(used_[i])));
        }
        return unranked;
    }
    /// Whose turn it is on this level.
    WorkerId first(std::uint16_t of_level) const { return of_level == unranked ? WorkerId{} : lists_[of_level].first; }

  private:
    struct List {
        WorkerId first;
        WorkerId last;
    };

    static_assert(level_count % 64 == 0);
    std::array<List, level_count> lists_;
    std::array<std::uint64_t, level_count / 64> used_{};  ///< a bit for every level that has workers
};

}  // namespace rankpool::scheduler
