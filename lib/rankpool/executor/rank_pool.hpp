#pragma once

#include <memory>

#include <mpi.h>

#include <rankpool/executor/executor.hpp>
#include <rankpool/executor/pool_options.hpp>

namespace rankpool {

/// Runs tasks on the ranks of a communicator; rank 0 coordinates. For programs that own main() and MPI:
///
///     rankpool::RankPoolExecutor pool(comm);
///     if (!pool.is_coordinator()) return pool.serve();
///     auto f = pool.submit(energy, 0.5, 100);
///
/// MPI must be initialised with MPI_THREAD_SERIALIZED or more (run() does that), and stays so until the pool is gone.
class RankPoolExecutor final : public Executor {
  public:
    /// Collective over `comm`; works on a duplicate of it.
    ///
    /// @throws LaunchError  on all ranks, if they do not run the same binary, or MPI's thread level is too low
    explicit RankPoolExecutor(MPI_Comm comm, PoolOptions options = {});
    /// Waits for all tasks, then for the workers' goodbye; on other ranks, serves if that has not happened.
    ~RankPoolExecutor() override;

    bool is_coordinator() const;
    /// Runs tasks until the coordinator shuts the pool down. On all ranks but 0. Returns the coordinator's exit code.
    int serve();

    /// Tasks are submitted on rank 0 (and inside tasks, through this_task::executor()).
    void shutdown(ShutdownOptions options = {}) override;
    /// Like shutdown() after an error: asks running tasks to stop, waits for them shortly, and gives the other ranks an
    /// exit code to return from serve(). If a rank does not answer, all are ended by MPI_Abort.
    void abandon(int exit_code);
    /// The same for a pool whose time is over: what runs may go on until then.
    void wind_down(int exit_code, Instant until);

    /// As PoolOptions::ends_at; may be said again. Nothing happens once the pool is shut down, and on other ranks.
    void set_end(Instant end);

    std::size_t slots() const override;
    Client& client() override;
    PoolCounts counts() const override;
    /// Why a task does not run now, in words: for messages and debugging.
    template <class T>
    std::string explain(const Future<T>& future) const {
        return explain_state(*future.state_ref());
    }

  private:
    class Parts;
    std::string explain_state(const TaskState& state) const;
    void close(int exit_code);
    std::unique_ptr<Parts> parts_;
};

}  // namespace rankpool
