#pragma once

#include <cstddef>
#include <cstdint>

#include <rankpool/executor/executor.hpp>

namespace rankpool::apps {

// Each does something `count` times through a pool, checks what came back, and returns the seconds it took.

double submit_empty_tasks(Executor& pool, std::uint64_t count);
double map_empty_tasks(Executor& pool, std::uint64_t count);
double call_and_wait(Executor& pool, std::uint64_t count);
double echo_payload(Executor& pool, std::size_t bytes, std::uint64_t count);

/// Bytes that rank 0 uses for a task that waits for a worker, its future included.
double memory_of_queued_task(Executor& pool);

/// Wakes the workers: a pool that has been idle for a while answers its first calls later.
void warm_up(Executor& pool);

}  // namespace rankpool::apps
