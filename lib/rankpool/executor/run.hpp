#pragma once

#include <functional>
#include <type_traits>

#include <rankpool/executor/executor.hpp>
#include <rankpool/executor/pool_options.hpp>
#include <rankpool/task/async.hpp>

namespace rankpool {

namespace detail {
int run_driver(int& argc, char**& argv, const std::function<int(Executor&)>& driver, const PoolOptions& given);
}

/// Runs `driver(Executor&)` once, on rank 0, with a pool of all there is; returns the program's exit code on all ranks.
///
/// Under mpirun or srun the pool is the ranks of MPI_COMM_WORLD (MPI is initialised and finalised here, unless the
/// program has done so); started by hand it is threads, one per core. RANKPOOL_EXECUTOR=serial|threads|ranks chooses
/// otherwise. The driver may be a coroutine that returns an Async. An int that the driver returns is the exit code. If
/// it throws, the error is printed and the exit code is 1 (2 for a ConfigError: wrong arguments, settings or files
/// named by them).
template <class Driver>
int run(int argc, char** argv, Driver driver, const PoolOptions& options = {}) {
    return detail::run_driver(
        argc, argv,
        [&](Executor& pool) -> int {
            const auto call = [&]() -> decltype(auto) { return driver(pool); };
            if constexpr (std::is_void_v<decltype(detail::run_to_the_end(call))>) {
                detail::run_to_the_end(call);
                return 0;
            } else {
                return detail::run_to_the_end(call);
            }
        },
        options);
}

}  // namespace rankpool
