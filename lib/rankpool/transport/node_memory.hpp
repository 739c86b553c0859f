#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include <mpi.h>

#include <rankpool/core/ids.hpp>

namespace rankpool {

/// One word for every rank, in memory that the ranks of one node share. Collective to make and to destroy.
class NodeWords {
  public:
    explicit NodeWords(MPI_Comm comm);
    ~NodeWords();
    NodeWords(const NodeWords&) = delete;
    NodeWords& operator=(const NodeWords&) = delete;

    /// The word of a rank of `comm`, or null if it is on another node.
    std::atomic<std::uint32_t>* of(Rank rank) const { return words_[static_cast<std::size_t>(rank)]; }
    bool all_on_one_node() const { return all_on_one_node_; }

  private:
    MPI_Comm node_ = MPI_COMM_NULL;
    MPI_Win window_ = MPI_WIN_NULL;
    std::vector<std::atomic<std::uint32_t>*> words_;
    bool all_on_one_node_ = true;
};

}  // namespace rankpool
