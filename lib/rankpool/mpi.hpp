#pragma once

/// For programs that own MPI and hand a communicator to the pool.

#include <rankpool/executor/rank_pool.hpp>
#include <rankpool/rankpool.hpp>
