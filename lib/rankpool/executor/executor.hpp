#pragma once

#include <cstddef>

#include <rankpool/core/time.hpp>
#include <rankpool/executor/calls.hpp>
#include <rankpool/observe/pool_counts.hpp>

namespace rankpool {

struct ShutdownOptions {
    bool wait = true;             ///< return only when all tasks have ended and the workers are gone
    bool cancel_futures = false;  ///< cancel tasks that have not started
};

/// Runs functions elsewhere and hands out futures for their results: the interface that all executors share.
///
/// Thread-safe. What is submitted here must be able to run on any executor, so functions, arguments and results that
/// cannot cross ranks do not compile; LocalExecutor is more lenient.
class Executor : public detail::Calls<Executor, detail::Crossing::required> {
  public:
    Executor() = default;
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;
    /// Waits for all tasks, as shutdown() does.
    virtual ~Executor() = default;

    /// Takes no more tasks. May be called again; futures of tasks already submitted keep working.
    virtual void shutdown(ShutdownOptions options = {}) = 0;

    /// How many tasks run at once when all is well.
    virtual std::size_t slots() const = 0;

    /// What has happened in this pool so far. For summaries.
    virtual PoolCounts counts() const = 0;

    /// For rankpool's own parts: what futures of this executor talk to.
    virtual Client& client() = 0;
};

/// An executor in this process: functions may capture, arguments and results may be anything that can be moved.
class LocalExecutor : public Executor, public detail::Calls<LocalExecutor, detail::Crossing::not_needed> {
    using Lenient = detail::Calls<LocalExecutor, detail::Crossing::not_needed>;

  public:
    using Lenient::async_submit;
    using Lenient::broadcast;
    using Lenient::make_actor;
    using Lenient::map;
    using Lenient::map_reduce;
    using Lenient::map_unordered;
    using Lenient::put;
    using Lenient::scatter;
    using Lenient::submit;
    using Lenient::submit_all;
};

}  // namespace rankpool
