#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include <rankpool/core/ids.hpp>

namespace rankpool {

class Executor;

/// What a task may know about itself; the calls throw ContractError outside of tasks.
namespace this_task {

/// True inside a task.
bool exists();
/// The task's name, or its function's.
const std::string& name();
/// The key given in TaskOptions, or empty.
const std::string& key();
/// 1 for the first try.
std::uint32_t attempt();
/// The MPI rank it runs on; 0 without MPI.
Rank rank();
/// The name of the machine it runs on.
const std::string& host();
/// True once somebody called request_stop() on its future.
bool stop_requested();
/// The pool it runs in: tasks submitted to it may be waited for without blocking the worker.
Executor& executor();

/// For executors: what the calls above answer with.
struct Context {
    const std::string* name = nullptr;
    const std::string* key = nullptr;
    const std::string* host = nullptr;
    std::uint32_t attempt = 1;
    Rank rank = 0;
    std::uint16_t level = 0;
    Executor* executor = nullptr;
    const std::atomic<bool>* stop = nullptr;
};

/// The context of the task that this thread runs now; null outside of tasks. Set by whoever runs tasks.
const Context*& current();
/// The nesting level of tasks submitted from here: 0 outside of tasks.
std::uint16_t next_level();

}  // namespace this_task
}  // namespace rankpool
