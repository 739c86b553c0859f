#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace rankpool::detail {

/// Combines values in a binary tree over their indices, whose shape depends on their count alone: the same bits come
/// out in whatever order the values arrive. Holds at most the values that wait for a neighbour.
template <class R, class Combine>
class FixedTree {
  public:
    FixedTree(std::uint64_t count, Combine combine) : count_(count), combine_(std::move(combine)) {}

    void add(std::uint64_t index, R value) {
        std::uint64_t width = count_;
        for (unsigned level = 0; width > 1; ++level) {
            const bool has_neighbour = (index ^ 1U) < width;
            if (has_neighbour) {
                const auto neighbour = waiting_.find({level, index ^ 1U});
                if (neighbour == waiting_.end()) {
                    waiting_.emplace(std::pair{level, index}, std::move(value));
                    return;
                }
                value = index % 2 == 0 ? combine_(std::move(value), std::move(neighbour->second))
                                       : combine_(std::move(neighbour->second), std::move(value));
                waiting_.erase(neighbour);
            }
            index /= 2;
            width = width / 2 + width % 2;
        }
        root_ = std::move(value);
    }
    /// Of all values; none while some are missing, or if there are none.
    std::optional<R> take() { return std::move(root_); }

  private:
    std::uint64_t count_;
    Combine combine_;
    std::map<std::pair<unsigned, std::uint64_t>, R> waiting_;
    std::optional<R> root_;
};

}  // namespace rankpool::detail
