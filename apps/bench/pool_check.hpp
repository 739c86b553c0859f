#pragma once

#include <cstdint>

#include <rankpool/executor/executor.hpp>

namespace rankpool::apps {

/// The task that does as good as nothing.
std::int64_t bench_add(std::int64_t a, std::int64_t b);

/// One call after the other, each waited for. Returns seconds.
double call_and_wait(Executor& pool, std::uint64_t count);

/// @throws std::logic_error  it is not: the bench measures nothing that is wrong
void require_right(bool is_right);

}  // namespace rankpool::apps
