#pragma once

/// The one header that programs need: executors, futures and what tasks may know about themselves.
///
/// It includes neither MPI nor HDF5 nor Boost. Programs that hand over a communicator add <rankpool/mpi.hpp>, those
/// with serialize() members <rankpool/boost_serialization.hpp>, those with HDF5 files <rankpool/dataset.hpp>.

#include <rankpool/core/error.hpp>
#include <rankpool/core/time.hpp>
#include <rankpool/core/version.hpp>
#include <rankpool/executor/composition.hpp>
#include <rankpool/executor/executor.hpp>
#include <rankpool/executor/pool_options.hpp>
#include <rankpool/executor/run.hpp>
#include <rankpool/executor/serial_executor.hpp>
#include <rankpool/executor/thread_pool.hpp>
#include <rankpool/executor/waiting.hpp>
#include <rankpool/task/async.hpp>
#include <rankpool/task/exception_type.hpp>
#include <rankpool/task/future.hpp>
#include <rankpool/task/task_error.hpp>
#include <rankpool/task/this_task.hpp>
