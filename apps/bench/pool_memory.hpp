#pragma once

#include <cstddef>

#include <rankpool/executor/executor.hpp>

namespace rankpool::apps {

struct QueuedTask {
    std::size_t queued_before = 0;  ///< other tasks that take what earlier ones have left, if there were any
    int inputs = 0;                 ///< 0, or 3: the task takes the result of another one so often
};

/// Bytes that rank 0 uses for a task that waits for a worker, its future included. The first call in a program finds
/// out most exactly.
double memory_of_queued_task(Executor& pool, const QueuedTask& kind);

}  // namespace rankpool::apps
