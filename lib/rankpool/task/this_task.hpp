#pragma once

#include <atomic>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

#include <rankpool/core/ids.hpp>
#include <rankpool/core/time.hpp>
#include <rankpool/task/random_stream.hpp>

namespace rankpool {

class Client;
class Executor;
class LogSink;
namespace detail {
class CoroutineLoop;
class TaskLog;
}  // namespace detail

/// What a task may know about itself; the calls throw ContractError outside of tasks.
namespace this_task {

/// True inside a task.
bool exists();
/// A number that no other task of the pool has, and no other attempt of this one: for names of scratch files.
std::uint64_t id();
/// The task's name, or its function's.
const std::string& name();
/// The key given in TaskOptions, or empty.
const std::string& key();
/// 1 for the first try.
std::uint32_t attempt();
/// How many ranks run it together (TaskOptions::ranks), and which of them this is: 0 … members() - 1. The result is
/// that of member 0.
std::uint32_t members();
std::uint32_t member();
/// The MPI rank it runs on; 0 without MPI.
Rank rank();
/// The name of the machine it runs on.
const std::string& host();
/// True once somebody called request_stop() on its future.
bool stop_requested();
/// What is left of the pool's time (PoolOptions::ends_at, or the batch job's end): negative once it is over,
/// duration_max if it has no end.
Duration time_left();
/// Lines for people: each comes out whole on rank 0's stderr, with rank, host and task in front.
std::ostream& log();
/// Random numbers of the task's own, from the pool's seed and its key: the same on any number of ranks, in any order
/// and after any retry. Each item of a map has its own, and each member of a task over several ranks. The reference is
/// valid until the task (or item) ends.
RandomStream& rng();
/// The pool it runs in: tasks submitted to it may be waited for without blocking the worker.
Executor& executor();

/// Where a task is in its random numbers, and which numbers the tasks have that it submits.
struct Randomness {
    std::uint64_t seed = RandomStream::default_seed;
    std::uint64_t stream = 0;
    std::uint64_t item = 0;  ///< of a map, counted from 1; 0: the task itself
    std::uint64_t submissions = 0;
    std::optional<RandomStream> engine = {};  ///< made when it is asked for
};

/// For executors: what the calls above answer with.
struct Context {
    const std::string* name = nullptr;
    const std::string* key = nullptr;
    const std::string* host = nullptr;
    std::uint32_t attempt = 1;
    std::uint32_t member = 0;
    std::uint32_t members = 1;
    Rank rank = 0;
    std::uint16_t level = 0;
    Executor* executor = nullptr;
    const std::atomic<bool>* stop = nullptr;
    std::uint64_t id = 0;
    Instant ends_at = Instant::max();
    LogSink* log_sink = nullptr;
    mutable Randomness random = {};
    mutable std::shared_ptr<detail::TaskLog> log = {};  ///< made when it is asked for; destroyed with no lock held
    mutable std::shared_ptr<detail::CoroutineLoop> coroutines = {};  ///< made when there are any
};

/// The context of the task that this thread runs now; null outside of tasks. Set by whoever runs tasks.
const Context*& current();
/// The nesting level of tasks submitted from here: 0 outside of tasks.
std::uint16_t next_level();
/// The random stream of the next task that is submitted from here to `client`.
std::uint64_t next_stream(Client& client, const std::string& key);
/// From here on the task works on the item with this index: its random numbers and its tasks are that item's.
void begin_item(std::uint64_t index);

}  // namespace this_task
}  // namespace rankpool
