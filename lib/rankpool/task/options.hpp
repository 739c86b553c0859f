#pragma once

#include <string>

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
};

}  // namespace rankpool
