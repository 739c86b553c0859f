#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <rankpool/core/time.hpp>
#include <rankpool/task/random_stream.hpp>
#include <rankpool/task/resources.hpp>
#include <rankpool/transport/pace.hpp>

namespace rankpool {

/// Whether rank 0 runs tasks too, besides coordinating.
enum class CoordinatorWork {
    when_alone,  ///< only if there is no other rank
    always,
};

/// How a pool is set up. Every rank gives the same, but for `resources`, which are each rank's own.
struct PoolOptions {
    /// Tasks at once: of a ThreadPoolExecutor, or of each rank. 0: as many as this process has cores, or 1 per rank.
    std::size_t slots = 0;
    CoordinatorWork coordinator_work = CoordinatorWork::when_alone;
    /// Runs once on every thread that runs tasks, before its first. If it throws, all futures get BrokenExecutor.
    std::function<void()> initializer = {};
    /// For executors in this process: pack arguments and results as if they crossed ranks, to find what would not.
    bool check_serialization = false;
    /// submit() blocks while so many tasks wait or run; 0: no bound. Tasks that submit tasks are not held up.
    std::size_t queued_tasks_max = 0;
    /// The same for the bytes of packed functions and arguments.
    std::size_t queued_bytes_max = 0;
    /// What this rank (or this process) lends to tasks that ask for it: TaskOptions::resources.
    Resources resources = {};
    /// Results of more bytes stay on the rank that made them until somebody needs them.
    std::size_t keep_results_above = std::size_t{64} << 10;
    /// Bytes of such results that a rank keeps in memory; those used longest ago go to disk when there are more. 0:
    /// half of what the rank may use by the machine, its control group and the batch job, shared with the ranks beside
    /// it.
    std::size_t memory_budget = 0;
    /// Bytes of them that a rank puts on disk, at most: then tasks wait until results are dropped. None: half of what
    /// is free there, shared with the ranks beside it. 0: nothing goes to disk.
    std::optional<std::size_t> spill_budget = {};
    /// Where, on a disk of the node's own. Empty: $TMPDIR or /tmp; /var/tmp where those are kept in memory.
    std::string spill_directory = {};
    /// The pool's time: what would not end before is not started, and fails with WalltimeError. What runs may go on.
    Instant ends_at = Instant::max();
    /// Of the campaign: with another seed, this_task::rng() gives other numbers everywhere. Rank 0's counts.
    std::uint64_t seed = RandomStream::default_seed;
    PaceKind pace = PaceKind::balanced;
    /// Tasks fail if no worker has joined the pool by then.
    Duration join_deadline = std::chrono::seconds(60);
    /// How long shutdown waits for the workers' goodbye after the last task.
    Duration shutdown_deadline = std::chrono::seconds(30);
};

/// These options with what the environment says: RANKPOOL_PACE, RANKPOOL_SLOTS, RANKPOOL_RESOURCES,
/// RANKPOOL_COORDINATOR_WORKS=0|1, RANKPOOL_SEED, RANKPOOL_MEMORY_BUDGET, RANKPOOL_SPILL_BUDGET,
/// RANKPOOL_SPILL_DIRECTORY.
/// @throws ConfigError  a variable has a value that means nothing
PoolOptions with_environment(PoolOptions options);

/// Reads "1500000", "64MiB", "1.5GiB": whole bytes, KiB, MiB, GiB or TiB.
/// @throws ConfigError  it is none; the text starts with `what`
std::size_t parse_byte_count(const std::string& what, const std::string& text);

}  // namespace rankpool
