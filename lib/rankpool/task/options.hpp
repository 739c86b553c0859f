#pragma once

#include <string>
#include <vector>

#include <rankpool/core/ids.hpp>
#include <rankpool/core/time.hpp>
#include <rankpool/task/resources.hpp>

namespace rankpool {

/// What a task is told besides its function and arguments: `pool.submit({.name = "step 7", .retries = 2}, f, x)`.
struct TaskOptions {
    /// For people: appears in failures, logs and progress. Empty: the function's name.
    std::string name = {};
    /// Says which task this is across runs of the program; must differ between different tasks. Empty: none.
    std::string key = {};
    /// Higher runs earlier among the tasks that are ready.
    int priority = 0;
    /// How often to try again after an exception; 0: never. The death of a worker is retried in any case.
    int retries = 0;
    /// What a worker must have free besides a slot, and lends to the task while it runs. A task that no worker could
    /// ever run fails at once with InfeasibleError, which says who comes closest and what is missing.
    Resources resources = {};
    /// Other ways to run it, tried in this order after `resources`: "1 gpu, or 16 cores".
    std::vector<Resources> or_resources = {};
    /// The only rank that may run it; -1: any.
    Rank on_rank = -1;
    /// Not started when the pool's time (PoolOptions::ends_at) ends sooner than this. 0: what tasks of its function
    /// took so far decides.
    Duration time_request = {};
    /// Workers that run it together, each on a rank of its own, from the same moment on: all of them call the function,
    /// with the same arguments, and this_task::member() says which of them a call is. The result is that of member 0;
    /// an exception of any of them fails the attempt, and the others are asked to stop.
    int ranks = 1;
    /// The task may run twice at once: if it takes unusually long, a copy is started elsewhere, the first to end
    /// counts, and the other is asked to stop.
    bool speculative = false;
};

}  // namespace rankpool
