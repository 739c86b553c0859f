#pragma once

namespace rankpool {

/// Takes `--memory-budget BYTES` (or `--memory-budget=BYTES`) out of a program's arguments and puts it where pools
/// look: RANKPOOL_MEMORY_BUDGET of this process. To be called by every rank, before run() or the pool.
void take_pool_arguments(int& argc, char** argv);

}  // namespace rankpool
