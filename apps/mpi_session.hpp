#pragma once

#include <functional>
#include <string>
#include <vector>

namespace rankpool::apps {

/// MPI from construction to destruction, on all ranks the program was started with.
class MpiSession {
  public:
    /// @param thread_level  MPI_THREAD_SINGLE to MPI_THREAD_MULTIPLE: what to ask for
    explicit MpiSession(int thread_level);
    MpiSession(const MpiSession&) = delete;
    MpiSession& operator=(const MpiSession&) = delete;
    ~MpiSession();

    int rank() const { return rank_; }
    int rank_count() const { return rank_count_; }
    int thread_level() const { return thread_level_; }  ///< what MPI granted

    /// Whether this MPI gives its core away while it waits; false also if it does not tell.
    bool yields_when_idle() const;

    /// Brings a text of every rank to rank 0, in rank order; empty on the others. Called by all ranks.
    std::vector<std::string> gather(const std::string& text) const;

  private:
    int rank_ = 0;
    int rank_count_ = 1;
    int thread_level_ = 0;
};

/// Runs `action` on all ranks. An exception on one of them ends all of them with its text: the others would wait for
/// that rank for ever.
int run_on_ranks(int thread_level, const std::function<int(const MpiSession&)>& action);

}  // namespace rankpool::apps
